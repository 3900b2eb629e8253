import { expect, test } from 'vitest'
import { h264Size } from './h264-size.ts'
import { videoTrackOf } from './sdp.ts'

const sdp = (...lines: readonly string[]) => ['v=0', 's=camera', ...lines, ''].join('\r\n')

test('the first video track counts, whatever stands around it', () => {
  const text = sdp(
    'a=control:*',
    'm=audio 0 RTP/AVP 8',
    'a=control:audio',
    'm=video 0 RTP/AVP 98 99',
    'a=rtpmap:99 JPEG/90000',
    'a=rtpmap:98 h265/90000',
    'a=x-dimensions:3840,2160',
    'a=control:rtsp://192.0.2.1/video',
    'm=application 0 RTP/AVP 107',
    'a=control:meta',
    'm=video 0 RTP/AVP 26',
  )
  expect(videoTrackOf(text)).toEqual({
    codec: 'H265',
    clockRate: 90_000,
    control: 'rtsp://192.0.2.1/video',
    width: 3840,
    height: 2160,
  })
})

test.each([
  [['m=video 0 RTP/AVP 26'], { codec: 'JPEG', clockRate: 90_000 }],
  [['m=video 554/2 RTP/AVP 96', 'a=rtpmap:96 MP4V-ES/90000/1'], { codec: 'MP4V-ES', clockRate: 90_000 }],
  [
    ['m=video 0 RTP/SAVP 96', 'a=rtpmap:96 H264/90000', 'a=framesize:96 704-576'],
    { codec: 'H264', clockRate: 90_000, width: 704, height: 576 },
  ],
  [['m=video 0 RTP/AVP 26', 'a=x-dimensions:0,99999'], { codec: 'JPEG', clockRate: 90_000 }],
  [
    [
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 x;sprop-parameter-sets=AAAA,====',
      'a=x-dimensions:640,480',
    ],
    { codec: 'H264', clockRate: 90_000, width: 640, height: 480 },
  ],
])('%j is read', (lines, track) => {
  expect(videoTrackOf(sdp(...lines))).toEqual(track)
})

test.each([
  ['no SDP', '<html></html>', 'CAMERA_STREAM_INVALID'],
  ['nothing', '', 'CAMERA_STREAM_INVALID'],
  ['another version', 'v=1\r\nm=video 0 RTP/AVP 26', 'CAMERA_STREAM_INVALID'],
  ['too many lines', sdp(...Array<string>(1000).fill('a=x')), 'CAMERA_STREAM_INVALID'],
  ['a line beyond the limit', sdp(`a=${'x'.repeat(4096)}`), 'CAMERA_STREAM_INVALID'],
  ['a section without a format', sdp('m=video 0 RTP/AVP'), 'CAMERA_STREAM_INVALID'],
  ['a format without a codec', sdp('m=video 0 RTP/AVP 96', 'a=rtpmap:96 /0'), 'CAMERA_STREAM_INVALID'],
  ['sound only', sdp('m=audio 0 RTP/AVP 0'), 'CAMERA_STREAM_MISSING'],
])('%s is no video', (_name, text, code) => {
  expect(() => videoTrackOf(text)).toThrow(expect.objectContaining({ code }))
})

test.each([
  ['High, cropped to 1080 lines', 'Z2QAKKzZQHgCJ+XARAAAAwAEAAADAMg8YMZY', { width: 1920, height: 1080 }],
  ['Main, cropped to 360 lines', 'Z01AHuygUBf8uAiAAAADAIAAABkHixbL', { width: 640, height: 360 }],
  ['a picture parameter set', 'aOvjyyLA', undefined],
  ['a set that is cut off', 'Z2QAKKzZ', undefined],
  ['nothing', '', undefined],
  ['more than any set', 'Z2QA'.repeat(300), undefined],
])('the size of H.264, %s', (_name, base64, size) => {
  expect(h264Size(base64)).toEqual(size)
})
