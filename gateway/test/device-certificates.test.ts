import type { DesiredDevice } from '@gatehouse/platform/contract'
import mqtt, { type IClientOptions } from 'mqtt'
import { createHash, X509Certificate } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tinyJpeg } from '../../platform/src/contract/testing/pictures.ts'
import { startPlatform, startTestGateway } from './compound-setup.ts'
import { compound } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { createTestAuthority, type TestCertificate } from './test-authority.ts'

const lane = 'lane-in'
const withCertificates = (...certificates: string[]): DesiredDevice[] =>
  compound.map((device) => (device.deviceId === lane ? { ...device, certificates } : device))

/** A gateway with TLS, and an authority that it believes once it is told to. */
async function setup() {
  const folder = await temporaryFolder()
  const authority = await createTestAuthority()
  const own = await authority.issue({ commonNames: ['garden'], usage: 'server' })
  const [cert, key] = [join(folder, 'own.cert.pem'), join(folder, 'own.key.pem')]
  await writeFile(cert, own.cert)
  await writeFile(key, own.key)
  const env = { GATEHOUSE_DATA: folder, GATEHOUSE_TLS_CERT: cert, GATEHOUSE_TLS_KEY: key, GATEHOUSE_MQTT_TLS_PORT: '0' }
  return { folder, authority, env }
}

type House = Awaited<ReturnType<typeof setup>>

/** A gateway without a centre, whose file lists these certificates for the lane. */
async function setupAlone(list: (house: House) => Promise<{ devices: DesiredDevice[]; ca?: string }>) {
  const house = await setup()
  const gateway = await startTestGateway(house.env, { devices: await list(house) })
  return { ...house, gateway, come: comer(house, gateway.mqttTlsPort ?? 0) }
}

const comer =
  ({ authority }: House, port: number) =>
  async (own: Partial<TestCertificate> = {}, options: IClientOptions = {}) => {
    const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${port}`, {
      ...{ clientId: lane, reconnectPeriod: 0, ca: authority.ca, servername: 'localhost' },
      ...(own.cert !== undefined && { cert: own.cert, key: own.key ?? '' }),
      ...options,
    })
    onTestFinished(() => void client.end(true))
    client.on('error', () => undefined)
    return client
  }

const report = (seq: number) =>
  JSON.stringify({ at: Date.now(), seq, arm: 'closed', vehiclePresent: false, temperature: 20 })

test('a certificate that the desired state lists opens the door, with and without a user name', async () => {
  let own: TestCertificate | undefined
  const { come } = await setupAlone(async ({ authority }) => {
    own = await authority.issue({ commonNames: [lane] })
    return { devices: withCertificates(own.serial), ca: authority.ca }
  })
  const client = await come(own)
  await client.publishAsync(`gh/v1/${lane}/status`, 'online', { qos: 1, retain: true })
  await client.endAsync()

  const named = await come(own, { username: lane })
  await named.publishAsync(`gh/v1/${lane}/status`, 'online', { qos: 1, retain: true })
})

test('the authority may stand in a file of its own, and a certificate in the list by its fingerprint', async () => {
  let own: TestCertificate | undefined
  const { come } = await setupAlone(async ({ authority, folder }) => {
    own = await authority.issue({ commonNames: [lane] })
    await writeFile(join(folder, 'device-ca.pem'), authority.ca)
    const fingerprint = new X509Certificate(own.cert).fingerprint256.replaceAll(':', '').toLowerCase()
    return { devices: withCertificates(fingerprint), ca: 'device-ca.pem' }
  })
  expect((await come(own)).connected).toBe(true)
})

const refused = [
  [
    'of another authority, with a serial number of the list',
    async () => (await createTestAuthority()).issue({ commonNames: [lane] }),
    { isListed: true },
  ],
  ['of another device', ({ authority }: House) => authority.issue({ commonNames: ['lane-out'] }), {}],
  [
    'of another device, under the name of that device',
    ({ authority }: House) => authority.issue({ commonNames: ['lane-out'] }),
    { username: 'lane-out' },
  ],
  ['with two names', ({ authority }: House) => authority.issue({ commonNames: ['lane-out', lane] }), {}],
  ['that is not listed', ({ authority }: House) => authority.issue({ commonNames: [lane] }), { isListed: false }],
  [
    'that has expired',
    ({ authority }: House) => authority.issue({ commonNames: [lane], expiresAt: Date.now() - 60_000 }),
    {},
  ],
  ['made for a server', ({ authority }: House) => authority.issue({ commonNames: [lane], usage: 'server' }), {}],
] as const

test.each(refused)('a certificate %s is refused, whatever the password', async (_name, issue, how) => {
  const { isListed = true, username = lane }: { isListed?: boolean; username?: string } = how
  let own: TestCertificate | undefined
  const { come, gateway } = await setupAlone(async (house) => {
    own = await issue(house)
    return { devices: withCertificates(isListed ? own.serial : 'abc'), ca: house.authority.ca }
  })
  await expect(come(own, { clientId: username, username, password: `secret of ${username}` })).rejects.toThrow(
    'Not authorized',
  )
  await vi.waitFor(async () => expect(await metricsOf(gateway.httpPort)).toMatch(/reason="bad-certificate"\} 1/))
})

const metricsOf = async (httpPort: number) => {
  const asked = request({ host: '127.0.0.1', port: httpPort, path: '/metrics', rejectUnauthorized: false }).end()
  const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of answer) text += chunk.toString()
  return text
}

test('a secret still opens the TLS door, and nobody is believed where no authority is named', async () => {
  let own: TestCertificate | undefined
  const { come } = await setupAlone(async ({ authority }) => {
    own = await authority.issue({ commonNames: [lane] })
    return { devices: withCertificates(own.serial) }
  })
  await expect(come(own)).rejects.toThrow()
  const byPassword = await come({}, { username: lane, password: `secret of ${lane}` })
  await byPassword.publishAsync(`gh/v1/${lane}/report`, report(1), { qos: 0 })
  await expect(come({}, { username: lane })).rejects.toThrow()
})

test('TLS 1.1 is refused', async () => {
  const { gateway } = await setupAlone(async ({ authority }) => ({ devices: withCertificates(), ca: authority.ca }))
  const at = ['-connect', `127.0.0.1:${gateway.mqttTlsPort ?? 0}`]
  const handshake = async (...version: string[]) => {
    const openssl = spawn('openssl', ['s_client', ...at, ...version, '-cipher', 'DEFAULT@SECLEVEL=0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [code] = (await once(openssl, 'close')) as [number]
    return code
  }
  expect(await handshake('-tls1_1')).not.toBe(0)
  expect(await handshake('-tls1_2')).toBe(0)
})

test('a picture is taken from a device that shows its certificate instead of a secret', async () => {
  let own: TestCertificate | undefined
  const { gateway, authority } = await setupAlone(async (house) => {
    own = await house.authority.issue({ commonNames: [lane] })
    return { devices: withCertificates(own.serial), ca: house.authority.ca }
  })
  const picture = Buffer.from(tinyJpeg(Buffer.from('a lane')))
  const path = `/media/${createHash('sha256').update(picture).digest('hex')}`
  const put = async (shown: Partial<TestCertificate>) => {
    const { cert, key } = shown
    const asked = request({
      host: 'localhost',
      port: gateway.httpPort,
      path,
      method: 'PUT',
      ca: authority.ca,
      cert,
      key,
    })
    asked.end(picture)
    const [answer] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }]
    answer.resume()
    return answer.statusCode
  }
  const foreign = await (await createTestAuthority()).issue({ commonNames: [lane] })
  expect([await put({}), await put(foreign), await put(own ?? {})]).toEqual([401, 401, 204])
})

/** A gateway with a centre that says which certificates count. */
async function setupConnected() {
  const house = await setup()
  const platform = await startPlatform()
  const env = { ...house.env, GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` }
  const gateway = await startTestGateway(env)
  await vi.waitFor(() => expect(platform.ofType('hello')).not.toEqual([]))
  let revision = 0
  const want = async (devices: DesiredDevice[], ca: string = house.authority.ca) => {
    revision += 1
    platform.send({ type: 'desired', area: 'devices', revision, body: { devices, ca } })
    await vi.waitFor(() =>
      expect(platform.recordsOf('devices.desired-applied').at(-1)?.body).toMatchObject({ revision }),
    )
  }
  return { ...house, platform, env, gateway, want, come: comer(house, gateway.mqttTlsPort ?? 0) }
}

test('a certificate that is taken off the list ends the connection at once; a further one ends none', async () => {
  const { authority, want, come } = await setupConnected()
  const [first, second] = [
    await authority.issue({ commonNames: [lane] }),
    await authority.issue({ commonNames: [lane] }),
  ]
  await want(withCertificates(first.serial))
  const client = await come(first)
  await want(withCertificates(first.serial, second.serial))
  await client.publishAsync(`gh/v1/${lane}/status`, 'online', { qos: 1, retain: true })

  await want(withCertificates(second.serial))
  await vi.waitFor(() => expect(client.connected).toBe(false))
  await expect(come(first)).rejects.toThrow()
  expect((await come(second)).connected).toBe(true)
})

test('another authority ends what the earlier one has vouched for', async () => {
  const { authority, want, come } = await setupConnected()
  const own = await authority.issue({ commonNames: [lane] })
  await want(withCertificates(own.serial))
  const client = await come(own)
  await want(withCertificates(own.serial), (await createTestAuthority()).ca)
  await vi.waitFor(() => expect(client.connected).toBe(false))
  await expect(come(own)).rejects.toThrow()
})

test('authority and list are remembered when the centre is away', async () => {
  const { authority, want, env, gateway, platform } = await setupConnected()
  const own = await authority.issue({ commonNames: [lane] })
  await want(withCertificates(own.serial))
  await gateway.close()
  await platform.close()
  const later = await startTestGateway(env)
  const client = await comer({ authority, env, folder: '' }, later.mqttTlsPort ?? 0)(own)
  expect(client.connected).toBe(true)
})

test('a connection does not outlive its certificate', async () => {
  const { authority, want, come } = await setupConnected()
  const own = await authority.issue({ commonNames: [lane], expiresAt: Date.now() + 3000 })
  await want(withCertificates(own.serial))
  const client = await come(own)
  expect(client.connected).toBe(true)
  await vi.waitFor(() => expect(client.connected).toBe(false), { timeout: 8000, interval: 100 })
}, 15_000)
