import { expect, onTestFinished, test, vi } from 'vitest'
import { createOnvifConnect } from '../src/adapters/onvif/connect.ts'
import { fault, fixture, startFakeCamera, type CameraSetup } from './fixtures/onvif/fake-camera.ts'

const hour = 3_600_000
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

async function setup(camera: Partial<CameraSetup> = {}, networks: readonly string[] = ['127.0.0.0/8']) {
  const fake = await startFakeCamera(camera)
  const refusals: string[] = []
  const drifts: number[] = []
  const connect = createOnvifConnect({
    networks,
    counter: { refused: (_listener, reason) => refusals.push(reason) },
    logger: quiet,
    timing: { requestMs: 500, checkMs: 200, livenessMs: 100, pictureMs: 500 },
  })
  const lost = vi.fn()
  const open = async (given: { address?: string; password?: string; signal?: AbortSignal } = {}) => {
    const session = await connect({
      address: fake.address,
      username: fake.setup.username,
      password: fake.setup.password,
      onClockDrift: (offsetMs) => drifts.push(offsetMs),
      onLost: lost,
      ...given,
    })
    onTestFinished(() => session.close())
    return session
  }
  return { fake, open, refusals, drifts, lost }
}
const coded = (code: string): unknown => expect.objectContaining({ code })

test('a camera tells who it is, what profiles it has and where its stream is', async () => {
  const { open } = await setup()
  const session = await open()
  await expect(session.information()).resolves.toEqual({
    manufacturer: 'Acme & Sons',
    model: 'IPC-2',
    firmwareVersion: '5.4.1',
    serialNumber: '0042',
  })
  await expect(session.profiles()).resolves.toEqual([
    { token: 'Profile_1', name: 'mainStream', encoding: 'H264', width: 1920, height: 1080 },
    { token: 'Profile <2>', name: 'sound only' },
  ])
  await expect(session.streamUri('Profile_1')).resolves.toBe(
    'rtsp://127.0.0.1:8554/Streaming/Channels/101?transportmode=unicast&profile=Profile_1',
  )
  expect(session.clockOffsetMs()).toBe(0)
})

test('connecting takes three requests, not twelve', async () => {
  const { fake, open } = await setup()
  await open()
  expect(fake.heard.map(({ operation }) => operation).slice(0, 2)).toEqual([
    'GetSystemDateAndTime',
    'GetDeviceInformation',
  ])
  expect(fake.count('GetStreamUri')).toBe(0)
})

test('a token that is no plain word reaches the camera unharmed', async () => {
  const { fake, open } = await setup()
  const session = await open()
  await session.streamUri(`a<b>&"c"值`)
  const [asked] = fake.heard.filter(({ operation }) => operation === 'GetStreamUri')
  expect(asked?.body).toContain('<trt:ProfileToken>a&#60;b&#62;&#38;&#34;c&#34;&#20540;</trt:ProfileToken>')
})

test.each([
  ['WS-UsernameToken', { username: 'a&b<值班>', password: `p"'&<密码>` }],
  ['HTTP digest with = in the nonce and qop first', { auth: 'digest' as const }],
  ['no sign-in at all', { auth: 'none' as const }],
])('%s works', async (_name, camera) => {
  const { open } = await setup(camera)
  await expect((await open()).profiles()).resolves.toHaveLength(2)
})

test('a password never leaves in the clear', async () => {
  const { fake, open } = await setup({ password: 'VerySecret1' })
  await (await open()).profiles()
  expect(fake.heard.filter(({ body }) => body.includes('VerySecret1'))).toEqual([])
})

test('cameras with other users and clocks are asked at the same time without a mix-up', async () => {
  const cameras = await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (index) => {
      const information = fixture('device-information.xml').replace('0042', `serial-${index}`)
      const { open } = await setup({
        username: `user-${index}`,
        password: `password-${index}`,
        clockOffsetMs: index * hour,
        answers: { GetDeviceInformation: () => ({ body: information }) },
      })
      return open()
    }),
  )
  const serials = await Promise.all(cameras.map(async (session) => (await session.information()).serialNumber))
  expect(serials).toEqual([0, 1, 2, 3, 4, 5].map((index) => `serial-${index}`))
})

test('a wrong password is an error of its own and raises no clock alarm', async () => {
  const { open, drifts } = await setup()
  await expect(open({ password: 'wrong' })).rejects.toEqual(coded('CAMERA_NOT_AUTHORIZED'))
  expect(drifts).toEqual([])
})

test.each([
  ['HTTP 401', { status: 401 }],
  ['HTTP 403', { status: 403, body: 'Forbidden' }],
  ['a Fault with HTTP 200', { ...fault('ter:NotAuthorized'), status: 200 }],
  ['words in a Fault', fault('ter:Sender', 'Sender not Authorized', 500)],
])('refused by %s is refused', async (_name, reply) => {
  const { open } = await setup({ auth: 'none', answers: { GetDeviceInformation: () => reply } })
  await expect(open()).rejects.toEqual(coded('CAMERA_NOT_AUTHORIZED'))
})

test.each([hour, -24 * hour, 20_000])('a clock that is %i ms off is no obstacle', async (clockOffsetMs) => {
  const { open, drifts } = await setup({ clockOffsetMs })
  const session = await open()
  expect(Math.abs(session.clockOffsetMs() - clockOffsetMs)).toBeLessThan(1500)
  await expect(session.profiles()).resolves.toHaveLength(2)
  expect(drifts).toEqual([])
})

test('firmware that labels its local time as UTC is seen through', async () => {
  const { open } = await setup({ labelledUtcMs: 8 * hour })
  const session = await open()
  await expect(session.profiles()).resolves.toHaveLength(2)
  expect(session.clockOffsetMs()).toBe(0)
})

test('a camera that tells its time to users only is asked again as one', async () => {
  const { fake, open } = await setup({
    answers: {
      GetSystemDateAndTime: ({ body }) =>
        body.includes('UsernameToken')
          ? {
              body: fixture('date-and-time.xml', {
                year: '2031',
                month: '1',
                day: '1',
                hour: '0',
                minute: '0',
                second: '0',
              }),
            }
          : fault('ter:NotAuthorized'),
    },
    auth: 'none',
  })
  const session = await open()
  expect(fake.count('GetSystemDateAndTime')).toBeGreaterThanOrEqual(2)
  expect(Math.abs(session.clockOffsetMs() - (Date.UTC(2031, 0, 1) - Date.now()))).toBeLessThan(3000)
})

test('a clock that was set during the session is measured again, told, and the request succeeds', async () => {
  const { fake, open, drifts } = await setup()
  const session = await open()
  fake.setup.clockOffsetMs = -hour
  await expect(session.profiles()).resolves.toHaveLength(2)
  expect(drifts).toHaveLength(1)
  expect(Math.abs((drifts[0] ?? 0) + hour)).toBeLessThan(1500)
})

test('a camera that refuses also after its clock was measured again has a drift', async () => {
  const { fake, open, drifts } = await setup()
  const session = await open()
  fake.setup.clockOffsetMs = hour
  fake.setup.windowMs = -1
  await expect(session.information()).rejects.toEqual(coded('CAMERA_CLOCK_DRIFT'))
  expect(drifts).toHaveLength(1)
})

test.each([
  ['an HTML page', { body: fixture('login-page.html') }],
  ['nothing', { body: '' }],
  ['an entity bomb', { body: fixture('entity-bomb.xml') }],
  ['another answer', { body: fixture('profiles.xml') }],
  ['XML that is no SOAP', { body: '<a><Envelope/></a>' }],
  ['HTTP 404', { status: 404, body: 'Not found' }],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
])('%s is no answer of a camera', async (_name, reply) => {
  const { open } = await setup({ auth: 'none', answers: { GetDeviceInformation: () => reply } })
  await expect(open()).rejects.toEqual(coded('CAMERA_ANSWER_INVALID'))
})

test('an answer that never ends is cut at 2 MiB and counted', async () => {
  const { open, refusals } = await setup({
    auth: 'none',
    answers: { GetDeviceInformation: () => ({ body: Buffer.alloc(3 * 1024 * 1024, 'x') }) },
  })
  await expect(open()).rejects.toEqual(coded('CAMERA_ANSWER_INVALID'))
  expect(refusals).toContain('too-large')
})

test('a camera that accepts and says nothing is unreachable within its time', async () => {
  const { open } = await setup({ answers: { GetSystemDateAndTime: () => ({ silent: true }) } })
  const begun = Date.now()
  await expect(open()).rejects.toEqual(coded('CAMERA_UNREACHABLE'))
  expect(Date.now() - begun).toBeLessThan(3000)
})

test('nobody at the address is unreachable too', async () => {
  const { fake, open } = await setup()
  await fake.stop()
  await expect(open()).rejects.toEqual(coded('CAMERA_UNREACHABLE'))
})

test('an attempt ends with its signal', async () => {
  const { open } = await setup({ answers: { GetSystemDateAndTime: () => ({ silent: true }) } })
  const abort = new AbortController()
  const attempt = open({ signal: abort.signal })
  setTimeout(() => abort.abort(), 50)
  await expect(attempt).rejects.toEqual(coded('CAMERA_UNREACHABLE'))
  await expect(open({ signal: abort.signal })).rejects.toEqual(coded('CAMERA_UNREACHABLE'))
})

test('a camera that knows us but not GetDeviceInformation connects', async () => {
  const { open } = await setup({ answers: { GetDeviceInformation: () => fault('ter:ActionNotSupported') } })
  await expect((await open()).profiles()).resolves.toHaveLength(2)
})

test('a camera without GetCapabilities is asked for its services', async () => {
  const { open } = await setup({ answers: { GetCapabilities: () => fault('ter:ActionNotSupported') } })
  await expect((await open()).profiles()).resolves.toHaveLength(2)
})

test('a camera without a media service still connects and says what it lacks', async () => {
  const empty = { body: fixture('empty-response.xml', { name: 'GetCapabilities' }) }
  const none = { body: fixture('empty-response.xml', { name: 'GetServices' }) }
  const { open } = await setup({ auth: 'none', answers: { GetCapabilities: () => empty, GetServices: () => none } })
  const session = await open()
  await expect(session.profiles()).rejects.toEqual(coded('CAMERA_LACKS_FEATURE'))
  await expect(session.streamUri('P')).rejects.toEqual(coded('CAMERA_LACKS_FEATURE'))
})

test.each([
  ['http://10.0.0.1/onvif/device_service', 'outside-networks'],
  ['http://169.254.169.254/latest/meta-data/', 'outside-networks'],
  ['file:///etc/passwd', 'scheme'],
])('the address %s is refused before anything is sent', async (address, reason) => {
  const { open, refusals } = await setup()
  await expect(open({ address })).rejects.toEqual(coded('CAMERA_ADDRESS_REFUSED'))
  expect(refusals).toEqual([reason])
})

test('an address that is none is refused', async () => {
  const { open } = await setup()
  await expect(open({ address: '192.168.1.20' })).rejects.toEqual(coded('CAMERA_ADDRESS_REFUSED'))
})

test('a name that leads out of the networks is refused', async () => {
  const { fake, open, refusals } = await setup({}, ['10.0.0.0/8'])
  const address = fake.address.replace('127.0.0.1', 'localhost')
  await expect(open({ address })).rejects.toEqual(coded('CAMERA_ADDRESS_REFUSED'))
  expect(refusals).toEqual(['outside-networks'])
})

test('another server that the camera names is never called: its own address takes the place', async () => {
  const other = await startFakeCamera()
  const { open } = await setup({ handed: other.origin().replace('127.0.0.1', '127.0.0.2') })
  const session = await open()
  await expect(session.profiles()).resolves.toHaveLength(2)
  await expect(session.snapshot('Profile_1')).resolves.toBeInstanceOf(Uint8Array)
  expect(other.heard).toEqual([])
})

test.each(['file:///etc/passwd', 'ftp://127.0.0.1/x'])('a service at %s is refused', async (media) => {
  const body = fixture('capabilities.xml', { handed: 'http://x' }).replace('http://x/onvif/Media', media)
  const { open } = await setup({ auth: 'none', answers: { GetCapabilities: () => ({ body }) } })
  await expect((await open()).profiles()).rejects.toEqual(coded('CAMERA_ADDRESS_REFUSED'))
})

test('a camera that goes away is told lost, once', async () => {
  const { fake, open, lost } = await setup()
  await open()
  await fake.stop()
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), { timeout: 5000 })
  expect(lost).toHaveBeenCalledWith(coded('CAMERA_UNREACHABLE'))
})

test('a camera that misses a beat is not lost', async () => {
  const { fake, open, lost } = await setup()
  await open()
  fake.setup.answers.GetSystemDateAndTime = () => ({ silent: true })
  const asked = fake.count('GetSystemDateAndTime')
  await vi.waitFor(() => expect(fake.count('GetSystemDateAndTime')).toBeGreaterThan(asked))
  delete fake.setup.answers.GetSystemDateAndTime
  const later = fake.count('GetSystemDateAndTime')
  await vi.waitFor(() => expect(fake.count('GetSystemDateAndTime')).toBeGreaterThan(later + 3), { timeout: 5000 })
  expect(lost).not.toHaveBeenCalled()
})

test('https with the self-signed certificate of the camera works', async () => {
  const { open } = await setup({ tls: { key: fixture('key.pem'), cert: fixture('certificate.pem') } })
  await expect((await open()).profiles()).resolves.toHaveLength(2)
})

test('a camera that could not tell its services is asked again the next time', async () => {
  const silent = () => ({ silent: true })
  const { fake, open } = await setup({ answers: { GetCapabilities: silent } })
  const session = await open()
  await expect(session.profiles()).rejects.toEqual(coded('CAMERA_UNREACHABLE'))
  delete fake.setup.answers.GetCapabilities
  await expect(session.profiles()).resolves.toHaveLength(2)
})

test('a camera that does not tell its time is taken at ours', async () => {
  const { open } = await setup({ answers: { GetSystemDateAndTime: () => fault('ter:ActionNotSupported') } })
  expect((await open()).clockOffsetMs()).toBe(0)
})

test('a camera that refuses even to tell its time refuses the sign-in', async () => {
  const refused = () => fault('ter:NotAuthorized')
  const { open } = await setup({ answers: { GetSystemDateAndTime: refused, GetDeviceInformation: refused } })
  await expect(open()).rejects.toEqual(coded('CAMERA_NOT_AUTHORIZED'))
})

test('another error after the clock was measured is told as it is', async () => {
  const { fake, open } = await setup()
  const session = await open()
  fake.setup.clockOffsetMs = hour
  fake.setup.answers.GetProfiles = () => fault('ter:Busy')
  await expect(session.profiles()).rejects.toEqual(coded('CAMERA_FAULT'))
})

test('a camera without a user is called without a signature', async () => {
  const { fake, open } = await setup({ auth: 'none', username: '' })
  await open()
  expect(fake.heard.some(({ body }) => body.includes('UsernameToken'))).toBe(false)
})
