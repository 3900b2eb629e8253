import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import {
  account,
  call,
  first,
  picture,
  post,
  serviceOf,
  soapEnvelope,
  startTestCameras,
  usernameToken,
} from './onvif-cameras.ts'
import { fetchWithDigest } from './onvif-digest.ts'

const information = '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
const hour = 3_600_000

test('a camera tells its time and services to everybody, and the rest to its user only', async () => {
  const cameras = await startTestCameras()
  const address = cameras.addressOf('cam-1')

  const time = await post(address, soapEnvelope('<GetSystemDateAndTime/>'))
  const services = await post(address, soapEnvelope('<GetServices/>'))
  const nobody = await post(address, soapEnvelope(information))
  const wrong = await post(address, soapEnvelope(information, usernameToken({ password: 'wrong' })))
  const right = await post(address, soapEnvelope(information, usernameToken()))

  expect([time.status, services.status, nobody.status, wrong.status, right.status]).toEqual([200, 200, 401, 400, 200])
  expect(first(time.text, 'Year')).toBe(String(new Date().getUTCFullYear()))
  expect(services.text).toContain(serviceOf(address, 'events_service'))
  expect(nobody.text).toContain('ter:NotAuthorized')
  expect(wrong.text).toContain('ter:NotAuthorized')
  expect(first(right.text, 'Model')).toBe('GH-IPC-2')
  expect(cameras.status()[0]?.refusals).toEqual({ 'no-credentials': 1, 'wrong-password': 1 })
})

test('HTTP digest signs a SOAP message as well as a username token', async () => {
  const cameras = await startTestCameras()
  const request = { method: 'POST', body: soapEnvelope(information) }

  expect((await fetchWithDigest(cameras.addressOf('cam-1'), account, request)).status).toBe(200)
  const wrong = await fetchWithDigest(cameras.addressOf('cam-1'), { ...account, password: 'wrong' }, request)
  expect(wrong.status).toBe(401)
})

test('a login by the wrong clock is refused until the client follows the clock of the camera', async () => {
  const cameras = await startTestCameras({ clockSkewMs: hour })
  const address = cameras.addressOf('cam-1')
  const ask = (at: number) => post(address, soapEnvelope(information, usernameToken({ at })))

  expect((await ask(Date.now())).text).toContain('ter:NotAuthorized')
  expect((await ask(Date.now() + hour)).status).toBe(200)
  cameras.setClockSkew('cam-1', -hour)
  expect((await ask(Date.now() + hour)).status).toBe(400)
  expect((await ask(Date.now() - hour)).status).toBe(200)
})

test('a client may set the clock of the camera', async () => {
  const cameras = await startTestCameras({ clockSkewMs: hour })
  const now = new Date()
  const date = `<Date><Year>${String(now.getUTCFullYear())}</Year><Month>${String(now.getUTCMonth() + 1)}</Month><Day>${String(now.getUTCDate())}</Day></Date>`
  const time = `<Time><Hour>${String(now.getUTCHours())}</Hour><Minute>${String(now.getUTCMinutes())}</Minute><Second>${String(now.getUTCSeconds())}</Second></Time>`
  const set = (utc: string) =>
    `<SetSystemDateAndTime><DateTimeType>Manual</DateTimeType><UTCDateTime>${utc}</UTCDateTime></SetSystemDateAndTime>`
  const send = (utc: string) =>
    post(
      cameras.addressOf('cam-1'),
      soapEnvelope(
        set(utc),
        usernameToken({ at: cameras.status()[0]?.clockSkewMs === hour ? Date.now() + hour : Date.now() }),
      ),
    )

  expect((await send(time)).text).toContain('ter:InvalidDateTime')
  expect((await send(date + time)).status).toBe(200)
  expect(Math.abs(cameras.status()[0]?.clockSkewMs ?? hour)).toBeLessThan(2000)
})

test('a camera that rejects replays takes a token once', async () => {
  const cameras = await startTestCameras({ rules: { rejectReplays: true } })
  const message = soapEnvelope(information, usernameToken())

  expect((await post(cameras.addressOf('cam-1'), message)).status).toBe(200)
  expect((await post(cameras.addressOf('cam-1'), message)).status).toBe(400)
})

const bomb = `<!DOCTYPE b [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}">]>`

test.each([
  ['no XML', 'hello', 400, 'ter:WellFormed'],
  ['nothing', '', 400, 'ter:WellFormed'],
  ['tags that do not close', soapEnvelope('<GetProfiles>'), 400, 'ter:WellFormed'],
  ['an entity bomb', `${bomb}${soapEnvelope('<GetHostname>&b;</GetHostname>')}`, 400, 'ter:WellFormed'],
  ['an unescaped &', soapEnvelope('<GetHostname>Tom & Jerry</GetHostname>'), 400, 'ter:WellFormed'],
  ['nesting without end', soapEnvelope('<a>'.repeat(500) + '</a>'.repeat(500)), 400, 'ter:WellFormed'],
  ['another document', '<html><body>hello</body></html>', 400, 'ter:Tag'],
  ['an empty body', soapEnvelope(''), 400, 'ter:Tag'],
  ['two operations', soapEnvelope('<GetHostname/><GetServices/>'), 400, 'ter:Tag'],
  [
    'SOAP 1.1',
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetHostname/></s:Body></s:Envelope>',
    400,
    'VersionMismatch',
  ],
  ['an unknown operation', soapEnvelope('<MakeCoffee/>', usernameToken()), 500, 'ter:ActionNotSupported'],
  ['a name of the language', soapEnvelope('<toString/>', usernameToken()), 500, 'ter:ActionNotSupported'],
  ['10 MB', soapEnvelope(`<GetHostname>${'x'.repeat(10_000_000)}</GetHostname>`), 413, 'larger than 65536 bytes'],
] as const)('%s is answered with a clear fault, and the camera lives on', async (...[, message, status, reason]) => {
  const cameras = await startTestCameras()

  const answer = await post(cameras.addressOf('cam-1'), message)

  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(reason)])
  expect(answer.text).toContain('<s:Fault>')
  expect((await post(cameras.addressOf('cam-1'), soapEnvelope('<GetHostname/>'))).status).toBe(200)
})

test('a line that is no HTTP is cut, and the camera lives on', async () => {
  const cameras = await startTestCameras()
  const { hostname, port } = new URL(cameras.addressOf('cam-1'))
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined).resume()
  socket.write('\u0000\u0001\u0002 garbage\r\n\r\n')
  await once(socket, 'close')

  expect((await post(cameras.addressOf('cam-1'), soapEnvelope('<GetHostname/>'))).status).toBe(200)
})

test.each([
  ['/onvif/other_service', 'POST', 404],
  ['/onvif/device_service/more', 'POST', 404],
  ['/onvif/pull_point/1/2', 'POST', 404],
  ['/', 'GET', 404],
  ['/onvif/device_service', 'GET', 405],
  ['/snapshot.jpg', 'POST', 405],
])('%s %s is answered with %i', async (path, method, status) => {
  const cameras = await startTestCameras()

  expect((await fetch(new URL(path, cameras.addressOf('cam-1')), { method })).status).toBe(status)
})

test('header names keep the case that picky clients look for', async () => {
  const cameras = await startTestCameras()
  const { hostname, port } = new URL(cameras.addressOf('cam-1'))
  const body = soapEnvelope('<GetHostname/>')
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  socket.end(
    `POST /onvif/device_service HTTP/1.1\r\nHost: camera\r\nConnection: close\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
  )
  const answer = (await socket.toArray()).join('')

  expect(answer).toMatch(
    /^HTTP\/1\.1 200 OK\r\nContent-Type: application\/soap\+xml; charset=utf-8\r\nContent-Length: \d+\r\n/,
  )
})

test('a picture needs a login of its own, and many at a time are possible', async () => {
  const cameras = await startTestCameras()
  const media = serviceOf(cameras.addressOf('cam-1'), 'media_service')
  const uri = first(await call(media, '<GetSnapshotUri><ProfileToken>sub</ProfileToken></GetSnapshotUri>'), 'Uri') ?? ''

  const nobody = await fetch(uri)
  const pictures = await Promise.all(Array.from({ length: 10 }, () => fetchWithDigest(uri, account)))

  expect(nobody.status).toBe(401)
  expect(nobody.headers.get('www-authenticate')).toMatch(/^Digest realm="Camera", qop="auth", algorithm=MD5, nonce="/)
  expect(pictures.map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect(pictures[0]?.headers.get('content-type')).toBe('image/jpeg')
  expect(new Uint8Array((await pictures[0]?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(picture)
  expect(cameras.status()[0]?.snapshots).toBe(10)
})

test('a nonce of one camera is worth nothing at another', async () => {
  const cameras = await startTestCameras({ count: 2 })
  const [one, two] = ['cam-1', 'cam-2'].map((id) => new URL('/snapshot.jpg', cameras.addressOf(id)).href)
  const challenge = (await fetch(one ?? '')).headers.get('www-authenticate') ?? ''

  const elsewhere = await fetchWithDigest(two ?? '', account, {}, challenge)

  expect(elsewhere.status).toBe(401)
  expect(elsewhere.headers.get('www-authenticate')).toContain('stale=true')
})

test('a picture that cannot be drawn is an error of the camera', async () => {
  const onError = vi.fn()
  const cameras = await startTestCameras({ onError, snapshot: () => Promise.reject(new Error('no canvas')) })

  expect((await fetchWithDigest(new URL('/snapshot.jpg', cameras.addressOf('cam-1')).href, account)).status).toBe(500)
  expect(onError).toHaveBeenCalledWith(new Error('no canvas'), 'cam-1')
})

test('the camera turns and says where it looks', async () => {
  const cameras = await startTestCameras()
  const ptz = serviceOf(cameras.addressOf('cam-1'), 'ptz_service')
  const profile = '<ProfileToken>main</ProfileToken>'
  const status = () => call(ptz, `<GetStatus>${profile}</GetStatus>`)
  await call(ptz, `<ContinuousMove>${profile}<Velocity><PanTilt x="1" y="0"/></Velocity></ContinuousMove>`)
  await vi.waitFor(async () => expect(await status()).not.toContain('x="0.000" y="0.000"'))
  expect(await status()).toContain('MOVING')

  await call(ptz, `<Stop>${profile}</Stop>`)
  expect(await status()).toContain('IDLE')
  await call(ptz, `<GotoPreset>${profile}<PresetToken>preset-1</PresetToken></GotoPreset>`)
  expect(await status()).toContain('x="0.500" y="0.000"')
  expect(await call(ptz, `<GotoPreset>${profile}<PresetToken>constructor</PresetToken></GotoPreset>`)).toContain(
    'ter:NoToken',
  )
  expect(
    await call(ptz, `<ContinuousMove>${profile}<Velocity><PanTilt x="fast" y="0"/></Velocity></ContinuousMove>`),
  ).toContain('ter:InvalidVelocity')
})
