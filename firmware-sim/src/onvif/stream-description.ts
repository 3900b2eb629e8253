import type { Camera } from './camera.ts'
import { framesPerSecond, type VideoProfile } from './video-profiles.ts'

/** `rtsp://host:port/<camera>/<profile>`, as GetStreamUri names it. */
export const streamPath = (camera: Camera, profileToken: string) =>
  `/${encodeURIComponent(camera.options.id)}/${profileToken}`

/** What the encoder puts before its pictures: size, profile and coding tools (H.264, 7.3.2). */
const parameterSets: Readonly<Record<string, { readonly level: string; readonly sets: string }>> = {
  main: { level: '640028', sets: 'Z2QAKKzZQHgCJ+XARAAAAwAEAAADAMg8YMZY,aOvjyyLA' },
  sub: { level: '4d401e', sets: 'Z01AHuygUBf8uAiAAAADAIAAABkHixbL,aOvjyyA=' },
}

/** The stream of a profile as SDP (RFC 4566, RFC 6184). */
export function streamDescription({ options, serialNumber }: Camera, profile: VideoProfile): string {
  const { level, sets } = parameterSets[profile.token] ?? { level: '', sets: '' }
  const lines = [
    'v=0',
    `o=- ${String(Number.parseInt(serialNumber, 16))} 1 IN IP4 ${options.host}`,
    `s=${options.name.replace(/[\r\n\0]/g, ' ') || '-'}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    'm=video 0 RTP/AVP 96',
    `b=AS:${String(profile.kilobitsPerSecond)}`,
    'a=rtpmap:96 H264/90000',
    `a=fmtp:96 packetization-mode=1;profile-level-id=${level};sprop-parameter-sets=${sets}`,
    `a=framerate:${String(framesPerSecond)}`,
    `a=x-dimensions:${String(profile.width)},${String(profile.height)}`,
    'a=control:trackID=0',
    'a=recvonly',
  ]
  return `${lines.join('\r\n')}\r\n`
}
