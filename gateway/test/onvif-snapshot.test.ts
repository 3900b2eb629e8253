import type { IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { tinyJpeg, tinyPng } from '../../platform/src/contract/testing/pictures.ts'
import { createOnvifConnect } from '../src/adapters/onvif/connect.ts'
import { isDigestRight, startFakeCamera, type CameraSetup, type Reply } from './fixtures/onvif/fake-camera.ts'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const user = { username: 'admin', password: 'p"ss:word' }
const jpeg = (content: string) => Buffer.from(tinyJpeg(Buffer.from(content)))
const coded = (code: string): unknown => expect.objectContaining({ code })

async function setup(picture: CameraSetup['picture']) {
  const fake = await startFakeCamera({ ...user, picture })
  const refusals: string[] = []
  const connect = createOnvifConnect({
    networks: ['127.0.0.0/8'],
    counter: { refused: (_listener, reason) => refusals.push(reason) },
    logger: quiet,
    timing: { pictureMs: 500 },
  })
  const session = await connect({ address: fake.address, ...user, onClockDrift: () => undefined })
  onTestFinished(() => session.close())
  return { fake, session, refusals }
}

const askFor = (challenge: string): Reply => ({ status: 401, headers: { 'www-authenticate': challenge } })
const digest = (challenge: string) => (request: IncomingMessage) =>
  isDigestRight(request, user) ? { body: jpeg(request.url ?? '') } : askFor(challenge)

test.each([
  ['digest', 'Digest realm="cam", qop="auth", nonce="abc", opaque="xyz"'],
  ['digest with = in the nonce', 'Digest realm="cam", qop="auth", nonce="YWJjZA=="'],
  ['digest with qop first', 'Digest qop="auth", realm="cam", nonce="abc"'],
  ['digest with several qop', 'Digest realm="cam", qop="auth,auth-int", nonce="abc"'],
  ['digest without qop', 'Digest realm="cam", nonce="abc"'],
  ['digest beside Basic', 'Basic realm="cam", Digest realm="cam", nonce="abc", qop="auth"'],
])('a picture behind %s is fetched', async (_name, challenge) => {
  const { session } = await setup(digest(challenge))
  const picture = await session.snapshot('Profile_1')
  expect(picture).toEqual(jpeg('/onvif/snapshot?channel=1&subtype=0'))
})

test('Basic is answered when nothing else is offered', async () => {
  const expected = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
  const { session } = await setup((request) =>
    request.headers.authorization === expected ? { body: jpeg('x') } : askFor('Basic realm="cam"'),
  )
  await expect(session.snapshot('Profile_1')).resolves.toEqual(jpeg('x'))
})

test('a camera that asks for nothing gets no credentials', async () => {
  const seen: unknown[] = []
  const { session } = await setup((request) => {
    seen.push(request.headers.authorization)
    return { body: jpeg('x') }
  })
  await session.snapshot('Profile_1')
  expect(seen).toEqual([undefined])
})

test('twenty pictures at once from channels that share their nonces are each their own', async () => {
  const cameras = await Promise.all(
    Array.from({ length: 20 }, async (_unused, channel) => {
      const guard = digest('Digest realm="nvr", qop="auth", nonce="one for all"')
      const { session } = await setup((request) => ({
        ...guard(request),
        ...(isDigestRight(request, user) && { body: jpeg(`channel ${channel}`) }),
      }))
      return session
    }),
  )
  const pictures = await Promise.all(cameras.map((session) => session.snapshot('Profile_1')))
  expect(pictures).toEqual(Array.from({ length: 20 }, (_unused, channel) => jpeg(`channel ${channel}`)))
})

test('twenty pictures at once from one camera with a nonce for each request all arrive', async () => {
  const nonces = new Set<string>()
  let issued = 0
  const { session } = await setup((request) => {
    const nonce = /nonce="([^"]*)"/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (nonces.delete(nonce) && isDigestRight(request, user)) return { body: jpeg(nonce) }
    issued += 1
    nonces.add(`nonce-${issued}`)
    return askFor(`Digest realm="cam", qop="auth", nonce="nonce-${issued}"`)
  })
  const pictures = await Promise.all(Array.from({ length: 20 }, () => session.snapshot('Profile_1')))
  expect(new Set(pictures.map((picture) => Buffer.from(picture).toString())).size).toBe(20)
})

test('PNG is a picture too', async () => {
  const png = Buffer.from(tinyPng(Buffer.alloc(100_000)))
  const { session } = await setup(() => ({ body: png, headers: { 'content-type': 'image/jpeg' } }))
  await expect(session.snapshot('Profile_1')).resolves.toEqual(png)
})

test.each([
  [
    'a page that calls itself JPEG',
    { body: '<html>', headers: { 'content-type': 'image/jpeg' } },
    'CAMERA_ANSWER_INVALID',
  ],
  ['nothing', { body: '' }, 'CAMERA_ANSWER_INVALID'],
  ['more than 4 MiB', { body: jpeg('x'.repeat(4 * 1024 * 1024)) }, 'CAMERA_ANSWER_INVALID'],
  ['an error', { status: 503, body: 'busy' }, 'CAMERA_ANSWER_INVALID'],
  ['a redirect elsewhere', { status: 302, headers: { location: 'http://127.0.0.1/' } }, 'CAMERA_ANSWER_INVALID'],
  ['a refusal', askFor('Digest realm="cam", nonce="abc"'), 'CAMERA_NOT_AUTHORIZED'],
  ['a refusal without a challenge', { status: 403 }, 'CAMERA_NOT_AUTHORIZED'],
  ['silence', { silent: true }, 'CAMERA_UNREACHABLE'],
])('%s instead of a picture is an error', async (_name, reply, code) => {
  const { session } = await setup(() => reply)
  await expect(session.snapshot('Profile_1')).rejects.toEqual(coded(code))
})

test('a camera that sends for ever is cut off', async () => {
  const { session } = await setup(() => ({ body: jpeg('x'), headers: { 'content-length': '1000000' } }))
  await expect(session.snapshot('Profile_1')).rejects.toEqual(coded('CAMERA_UNREACHABLE'))
})
