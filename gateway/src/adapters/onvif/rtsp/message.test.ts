import { expect, test } from 'vitest'
import { createRtspReader, type RtspAnswer } from './message.ts'

const invalid = expect.objectContaining({ code: 'CAMERA_STREAM_INVALID' })
const read = (...chunks: readonly (string | Buffer)[]) => {
  const answers: RtspAnswer[] = []
  const reader = createRtspReader((answer) => answers.push(answer))
  for (const chunk of chunks) reader.take(Buffer.from(chunk))
  return answers
}
const frame = (length: number) =>
  Buffer.concat([Buffer.from([0x24, 0, length >> 8, length & 255]), Buffer.alloc(length)])

const whole = Buffer.concat([
  Buffer.from('\r\n'),
  frame(300),
  frame(0),
  Buffer.from('RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest a=b\r\nwww-authenticate:Basic\r\n\r\n'),
  Buffer.from('RTSP/1.0 200\nContent-Length: 5\nX:\n\n$v=0\n'),
  frame(3),
  Buffer.from('RTSP/1.0 200 OK\r\n\r\n'),
])
const expected = [
  {
    status: 401,
    headers: new Map([
      ['cseq', '1'],
      ['www-authenticate', 'Digest a=b, Basic'],
    ]),
    body: Buffer.alloc(0),
  },
  {
    status: 200,
    headers: new Map([
      ['content-length', '5'],
      ['x', ''],
    ]),
    body: Buffer.from('$v=0\n'),
  },
  { status: 200, headers: new Map(), body: Buffer.alloc(0) },
]

test('answers are read with their headers and bodies, and media between them is left out', () => {
  expect(read(whole)).toEqual(expected)
})

test('however the bytes are cut, the answers are the same', () => {
  for (let cut = 0; cut <= whole.length; cut += 1)
    expect(read(whole.subarray(0, cut), whole.subarray(cut))).toEqual(expected)
  expect(read(...Array.from(whole, (_byte, at) => whole.subarray(at, at + 1)))).toEqual(expected)
})

test.each([
  'RTSP/1.0 2000 OK\r\n\r\n',
  'RTSP/1.0 600 OK\r\n\r\n',
  'RTSP/1.1 200 OK\r\n\r\n',
  'rtsp/1.0 200 OK\r\n\r\n',
  'DESCRIBE rtsp://x RTSP/1.0\r\n\r\n',
  'RTSP/1.0 200 OK\r\nno colon\r\n\r\n',
  'RTSP/1.0 200 OK\r\n: no name\r\n\r\n',
  'RTSP/1.0 200 OK\r\nX: a\r\n folded\r\n\r\n',
  'RTSP/1.0 200 OK\r\nX: a\rb\r\n\r\n',
  'RTSP/1.0 200 OK\r\nX: \0\r\n\r\n',
  'RTSP/1.0 200 OK\r\nContent-Length: 1e3\r\n\r\n',
  'RTSP/1.0 200 OK\r\nContent-Length: 5, 5\r\n\r\n',
])('%j is no answer', (text) => {
  expect(() => read(text)).toThrow(invalid)
})

test('limits hold to the byte', () => {
  const head = (size: number) =>
    `RTSP/1.0 200 OK\r\nX:${'x'.repeat(size - 'RTSP/1.0 200 OK\r\nX:\r\n\r\n'.length)}\r\n\r\n`
  expect(read(head(16 * 1024))).toHaveLength(1)
  expect(() => read(head(16 * 1024 + 1))).toThrow(invalid)
  const headers = (count: number) => `RTSP/1.0 200 OK\r\n${'X: y\r\n'.repeat(count)}\r\n`
  expect(read(headers(64))).toHaveLength(1)
  expect(() => read(headers(65))).toThrow(invalid)
  const body = (size: number) => `RTSP/1.0 200 OK\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`
  expect(read(body(64 * 1024))[0]?.body).toHaveLength(64 * 1024)
  expect(() => read(body(64 * 1024 + 1))).toThrow(invalid)
  const media = Array<Buffer>(4).fill(frame(65_532))
  expect(read(...media, 'RTSP/1.0 200 OK\r\n\r\n')).toHaveLength(1)
  expect(() => read(...media, '\n')).toThrow(invalid)
})

test('a head without end is refused before it is complete', () => {
  const reader = createRtspReader(() => undefined)
  const drip = () => {
    for (let sent = 0; sent <= 16 * 1024; sent += 1) reader.take(Buffer.from('R'))
  }
  expect(drip).toThrow(invalid)
})

test('an answer is told although damage follows in the same bytes', () => {
  const statuses: number[] = []
  const reader = createRtspReader(({ status }) => statuses.push(status))
  expect(() => reader.take(Buffer.from('RTSP/1.0 200 OK\r\n\r\nnonsense\n\n'))).toThrow(invalid)
  expect(statuses).toEqual([200])
})
