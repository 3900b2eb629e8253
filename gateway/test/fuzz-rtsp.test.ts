import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createAddressGuard } from '../src/adapters/onvif/address-guard.ts'
import { createDescribeStream } from '../src/adapters/onvif/rtsp/describe.ts'
import { createRtspReader } from '../src/adapters/onvif/rtsp/message.ts'
import { videoTrackOf } from '../src/adapters/onvif/rtsp/sdp.ts'
import { AppError } from '../src/errors.ts'
import { description, rtspAnswer, startFakeStream } from './fixtures/onvif/fake-stream.ts'
import { expectFlatMemory } from './flat-memory.ts'

const readerRuns = 10_000
const socketRuns = 2000
const timeoutMs = 100

const codes = /^CAMERA_(STREAM_(UNREACHABLE|NOT_AUTHORIZED|MISSING|INVALID)|ADDRESS_REFUSED)$/
function expectCoded(reason: unknown) {
  expect(reason).toBeInstanceOf(AppError)
  expect((reason as AppError).code).toMatch(codes)
}

const goodAnswers = [
  rtspAnswer(
    '200 OK',
    ['CSeq: 1', 'Content-Type: application/sdp', 'Content-Base: rtsp://127.0.0.1/live/'],
    description,
  ),
  rtspAnswer('401 Unauthorized', ['CSeq: 1', 'WWW-Authenticate: Digest realm="cam", nonce="abc", qop="auth"']),
  rtspAnswer('302 Found', ['CSeq: 1', 'Location: rtsp://127.0.0.1:1/elsewhere']),
  `$\0\0\u0004abcd${rtspAnswer('100 Continue')}${rtspAnswer('200 OK', ['CSeq: 1'], description)}`,
]

const snippets = fc.constantFrom(
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '\0',
    ':',
    '$',
    '$\0\xff\xff',
    '$\0\0\0'.repeat(50),
    '\x7f',
    '"',
    '"\\"'.repeat(300),
  ],
  ...[
    'Content-Length: 0\r\n',
    'Content-Length: 65536\r\n',
    'Content-Length: 99999999999\r\n',
    'Content-Length: -1\r\n',
  ],
  ...['Content-Length: 1e9\r\n', `X: ${'x'.repeat(20_000)}\r\n`, 'a: b\r\n'.repeat(100), 'RTSP/1.0 200 OK\r\n'],
  ...[
    'CSeq: 2\r\n',
    'CSeq: NaN\r\n',
    'Location: rtsp://192.0.2.1/\r\n',
    'Location: rtsp:x\r\n',
    'Connection: close\r\n',
  ],
  ...[
    'WWW-Authenticate: Digest\r\n',
    `WWW-Authenticate: ${'a='.repeat(1000)}\r\n`,
    'm=video 0 RTP/AVP 96\r\n',
    'v=0\r\n',
  ],
  ...[
    'a=rtpmap:96 /\r\n',
    `a=fmtp:96 ${';='.repeat(1500)}\r\n`,
    'sprop-parameter-sets=Z////////////',
    'Z2QA'.repeat(100),
  ],
  ...[
    'a=x-dimensions:99999,1\r\n',
    `${' '.repeat(4000)}\r\n`,
    'a=\n'.repeat(1100),
    '__proto__: x\r\n',
    '9'.repeat(400),
  ],
)
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.nat(12), fc.nat(200)),
  insert: fc.oneof(snippets, fc.string({ unit: 'binary', maxLength: 12 }), fc.constant('')),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never
const applied = (good: string, changes: readonly Change[]) =>
  changes.reduce((text, { at, remove, insert }) => {
    const place = Math.floor(at * text.length)
    return text.slice(0, place) + insert + text.slice(place + remove)
  }, good)

const mutated = fc
  .record({ good: fc.constantFrom(...goodAnswers), changes: fc.array(change, { minLength: 1, maxLength: 4 }) })
  .map(({ good, changes }) => applied(good, changes))
/** A good answer around a damaged description. */
const described = fc
  .array(change, { minLength: 1, maxLength: 3 })
  .map((changes) => rtspAnswer('200 OK', ['CSeq: 1'], applied(description, changes)))
/** A length that is not that of the body. */
const lying = fc
  .record({ length: fc.oneof(fc.nat(2000), fc.integer()), body: fc.constantFrom('', description) })
  .map(({ length, body }) => `RTSP/1.0 200 OK\r\nContent-Length: ${length}\r\n\r\n${body}`)
const random = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
const damaged = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 3, arbitrary: described },
  { weight: 2, arbitrary: lying },
  { weight: 1, arbitrary: random },
)

/** Where the bytes are cut, in parts of the whole. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 })
function piecesOf(text: string, at: readonly number[]): readonly Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  const places = [0, ...at.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

/** What the readers make of bytes: the answers, and the code with which it ended. */
function outcomeOf(pieces: readonly Buffer[]) {
  const outcome: unknown[] = []
  const reader = createRtspReader(({ status, body }) => {
    outcome.push(status)
    if (body.length > 0) outcome.push(videoTrackOf(body.toString('utf8')))
  })
  try {
    for (const piece of pieces) reader.take(piece)
  } catch (reason) {
    expectCoded(reason)
    outcome.push((reason as AppError).code)
  }
  return outcome
}

test(`${readerRuns} damaged answers are read to a value or a coded error, however they are cut`, () => {
  const seen = { valued: 0, refused: 0, unfinished: 0 }
  fc.assert(
    fc.property(damaged, cuts, (text, at) => {
      const outcome = outcomeOf(piecesOf(text, at))
      expect(outcome).toEqual(outcomeOf(piecesOf(text, [])))
      const last = outcome.at(-1)
      seen[last === undefined ? 'unfinished' : typeof last === 'string' ? 'refused' : 'valued'] += 1
    }),
    { numRuns: readerRuns },
  )
  // Damage that always breaks, or never does, would test nothing.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(readerRuns / 100)
}, 60_000)

test.each([
  ['digits', 'Content-Length: ', '9'],
  ['spaces', 'X', ' '],
  ['colons', 'X', ':'],
  ['quotes', 'WWW-Authenticate: Digest a="', '\\"'],
])('%s up to the limit cost no more than their length', (_name, start, filling) => {
  const text = `RTSP/1.0 200 OK\r\n${start}${filling.repeat(Math.floor(16_000 / filling.length))}\r\n\r\n`
  const bytes = Array.from(Buffer.from(text), (byte) => Buffer.of(byte))
  const startedAt = performance.now()
  for (let run = 0; run < 20; run += 1) outcomeOf(bytes)
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

test(`${2 * socketRuns} damaged answers over sockets leave no connection and no memory behind`, async () => {
  let pieces: readonly Buffer[] = []
  let isEnded = false
  const fake = await startFakeStream(({ socket }) => {
    for (const piece of pieces) socket.write(piece)
    if (isEnded) socket.end()
    return undefined
  })
  const counter = { refused: () => undefined }
  const describe = createDescribeStream(createAddressGuard(['127.0.0.0/8'], counter), counter)
  const credentials = { username: 'a', password: 'b' }
  const closing = new AbortController()
  const seen = { valued: 0, refused: 0 }
  let seed = 1

  const round = () =>
    fc.assert(
      // Cameras that hang up end at once; some that do not are left to the time limit.
      fc.asyncProperty(damaged, cuts, fc.nat(50), async (text, at, kind) => {
        pieces = piecesOf(text, at)
        isEnded = kind > 0
        const startedAt = performance.now()
        try {
          await describe({ url: fake.url, credentials, timeoutMs, signal: closing.signal })
          seen.valued += 1
        } catch (reason) {
          expectCoded(reason)
          seen.refused += 1
        }
        expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 5000)
        fake.heard.length = 0
      }),
      { numRuns: socketRuns, seed: (seed += 1), endOnFailure: true },
    )

  await expectFlatMemory(
    async () => {
      await round()
      await vi.waitFor(() => expect(fake.openSockets()).toBe(0))
    },
    4 * 1024 * 1024,
  )
  expect(getEventListeners(closing.signal, 'abort')).toEqual([])
  expect(seen.valued).toBeGreaterThan(socketRuns / 50)
  expect(seen.refused).toBeGreaterThan(socketRuns / 50)
}, 60_000)
