import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createAddressGuard, ownAddress } from '../src/adapters/onvif/address-guard.ts'
import { createCameraClock } from '../src/adapters/onvif/camera-clock.ts'
import { createOnvifConnect } from '../src/adapters/onvif/connect.ts'
import { createHttpClient } from '../src/adapters/onvif/http-client.ts'
import { createPullPoint } from '../src/adapters/onvif/pull-point.ts'
import { createSoap } from '../src/adapters/onvif/soap.ts'
import { AppError } from '../src/errors.ts'
import { fixture, startFakeCamera } from './fixtures/onvif/fake-camera.ts'

const runs = 10_000
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
/** Nothing waits for a camera for ever: what is cut off ends by these. */
const timing = { requestMs: 300, checkMs: 300, pictureMs: 300, livenessMs: 3_600_000, retryMs: 5 }

const connect = createOnvifConnect({
  networks: ['127.0.0.0/8'],
  counter: { refused: () => undefined },
  logger: quiet,
  timing,
})
const open = (address: string) =>
  connect({ address, username: 'admin', password: 'secret', onClockDrift: () => undefined })

/** Only what the caller can act on may come out: a value, or a coded error. */
async function expectOrder(asked: Promise<unknown>) {
  const failure = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (failure !== undefined) expect(failure).toBeInstanceOf(AppError)
}

const snippets = fc.constantFrom(
  ...[
    '<',
    '>',
    '&',
    '&amp;',
    '&#0;',
    '&#x110000;',
    '&lol;',
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    '<![CDATA[',
    ']]>',
    '<!--',
  ],
  ...[
    '</',
    '/>',
    '<?xml',
    '\0',
    '\ud83d',
    '__proto__',
    'constructor',
    '<a '.repeat(60),
    '<a>'.repeat(200),
    '"',
    "'",
    '=',
  ],
  ...[
    '9'.repeat(500),
    '-1',
    'NaN',
    'file:///etc/passwd',
    'http://169.254.169.254/',
    'rtsp://[::1',
    'http://127.0.0.1:1/',
  ],
)

interface Change {
  readonly at: number
  readonly remove: number
  readonly insert: string
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(40),
  insert: fc.oneof(snippets, fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('')),
})

const applied = (text: string, changes: readonly Change[]) =>
  changes.reduce((changed, { at, remove, insert }) => {
    const place = Math.floor(at * changed.length)
    return changed.slice(0, place) + insert + changed.slice(place + remove)
  }, text)

const values = { handed: 'http://192.0.2.1', id: '1', termination: '2030-01-01T00:10:00Z' }
const notification = fixture('notification.xml', {
  topic: 'tns1:RuleEngine/CellMotionDetector/Motion',
  time: '2030-01-01T00:00:00Z',
  operation: 'Changed',
  item: 'IsMotion',
  value: 'true',
})
/** A good answer of every operation that a session asks for. */
const answers: Readonly<Record<string, string>> = {
  GetDeviceInformation: fixture('device-information.xml'),
  GetCapabilities: fixture('capabilities.xml', values),
  GetServices: fixture('services.xml', values),
  GetProfiles: fixture('profiles.xml'),
  GetStreamUri: fixture('stream-uri.xml'),
  GetSnapshotUri: fixture('snapshot-uri.xml', values),
  CreatePullPointSubscription: fixture('create-pull-point.xml', values),
  PullMessages: fixture('pull-messages.xml', { notifications: notification }),
}

test(`${runs} damaged SOAP answers end in a value or a coded error`, async () => {
  let changes: readonly Change[] = []
  let status = 200
  const damaged = (name: string) => () => ({ status, body: applied(answers[name] ?? '', changes) })
  const fake = await startFakeCamera({
    auth: 'none',
    answers: Object.fromEntries(Object.keys(answers).map((name) => [name, damaged(name)])),
  })
  const questions = ['information', 'profiles', 'streamUri', 'snapshot'] as const
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(200, 200, 200, 200, 400, 401, 500),
      fc.constantFrom(...questions),
      async (given, code, question) => {
        changes = []
        status = 200
        const session = await open(fake.address)
        changes = given
        status = code
        await expectOrder(
          question === 'streamUri' || question === 'snapshot' ? session[question]('p') : session[question](),
        )
        await session.close()
      },
    ),
    { numRuns: runs, endOnFailure: true },
  )
  expect(fake.heard.length).toBeGreaterThan(3 * runs)
}, 240_000)

/** A subscription at a camera, without the retries that a session puts around it. */
async function subscribe(origin: string) {
  const { signal } = new AbortController()
  const counter = { refused: () => undefined }
  const time = { now: () => Date.now(), monotonic: () => performance.now() }
  const clock = createCameraClock(time)
  const http = createHttpClient(createAddressGuard(['127.0.0.0/8'], counter), counter)
  const credentials = { username: 'admin', password: 'secret' }
  const soap = createSoap({ http, credentials, clock, counter, timeoutMs: 1000, signal })
  const service = new URL('/onvif/services', origin)
  const own = (address: string) => ownAddress(service, address)
  const pullPoint = await createPullPoint({ soap, clock, ...time, service, own }, signal)
  return () => pullPoint.pull(signal)
}

test(`${runs} damaged notifications end in events within their limits or a coded error`, async () => {
  let changes: readonly Change[] = []
  const fake = await startFakeCamera({
    auth: 'none',
    answers: {
      CreatePullPointSubscription: () => ({ body: answers['CreatePullPointSubscription'] ?? '' }),
      PullMessages: () => ({ body: applied(answers['PullMessages'] ?? '', changes) }),
    },
  })
  const pull = await subscribe(fake.origin())
  expect(await pull()).toMatchObject([{ operation: 'Changed', values: { IsMotion: 'true' } }])
  let events = 0
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (given) => {
      changes = given
      const pulled = pull()
      await expectOrder(pulled)
      for (const { topic, at } of await pulled.catch(() => [])) {
        events += 1
        expect(topic.length).toBeLessThanOrEqual(200)
        expect(Number.isInteger(at)).toBe(true)
      }
    }),
    { numRuns: runs, endOnFailure: true },
  )
  expect(events).toBeGreaterThan(runs / 100)
}, 240_000)

const header = fc.constantFrom(
  ...[
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200\r\n',
    'HTTP/9.9 200 OK\r\n',
    'HTTP/1.1 99 x\r\n',
    'HTTP/1.1 302 Found\r\n',
    'ICY 200\r\n',
  ],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: -1\r\n',
    'Content-Length: 99999999999\r\n',
    'Transfer-Encoding: chunked\r\n',
  ],
  ...[
    'Location: http://169.254.169.254/\r\n',
    'WWW-Authenticate: Digest\r\n',
    'WWW-Authenticate: Digest nonce="\r\n',
    'x:',
  ],
  ...['Content-Encoding: gzip\r\n', '\r\n', '\n', ': \r\n', 'ffffffffff\r\n', '0\r\n\r\n', 'a'.repeat(20_000)],
)
const reply = fc.oneof(
  fc.array(header, { minLength: 1, maxLength: 6 }).map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
)

test(`${runs} answers that are no HTTP end in a coded error`, async () => {
  let answer = Buffer.alloc(0)
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  await fc.assert(
    fc.asyncProperty(reply, async (bytes) => {
      answer = bytes
      await expect(open(`http://127.0.0.1:${port}/onvif/device_service`)).rejects.toBeInstanceOf(AppError)
    }),
    { numRuns: runs, endOnFailure: true },
  )
}, 240_000)
