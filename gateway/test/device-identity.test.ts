import type { DesiredDevice } from '@gatehouse/platform/contract'
import { MqttClient } from 'mqtt'
import { chmod, readdir, readFile, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startPlatform, startTestGateway } from './compound-setup.ts'
import { compound } from './fakes.ts'

const lane = 'lane-in'

async function setup() {
  const platform = await startPlatform()
  const gateway = await startTestGateway(
    { GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` },
    { devices: { devices: [...compound] } },
  )
  await vi.waitFor(() => expect(platform.ofType('hello')).not.toEqual([]))
  return { platform, gateway }
}

/** A device that calls from an address of its own; all of 127.0.0.0/8 is this host. */
async function come(port: number, from: string, change: { password?: string; clientId?: string } = {}) {
  const client = new MqttClient(() => connect({ port, host: '127.0.0.1', localAddress: from }), {
    ...{ clientId: lane, username: lane, password: `secret of ${lane}`, reconnectPeriod: 0, ...change },
  })
  onTestFinished(() => void client.end(true))
  const { promise, resolve, reject } = Promise.withResolvers<MqttClient>()
  client.once('connect', () => resolve(client))
  client.on('error', reject)
  return promise
}

const metrics = async (httpPort: number) => (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()

test('whoever guesses is slowed down and told about, and the device itself still gets in', async () => {
  const { platform, gateway } = await setup()
  const answers: string[] = []
  for (let address = 1; address <= 4; address += 1) {
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const guess = { password: `guess ${attempt}` }
      answers.push(await come(gateway.mqttPort, `127.0.3.${address}`, guess).then(() => 'admitted', String))
    }
  }
  expect(answers.filter((answer) => answer.includes('Not authorized') || answer.includes('Bad username'))).toHaveLength(
    20,
  )
  expect(answers.filter((answer) => answer.includes('Server unavailable'))).toHaveLength(4)
  expect(await metrics(gateway.httpPort)).toContain('gatehouse_refused_total{listener="mqtt",reason="throttled"} 4')

  expect((await come(gateway.mqttPort, '127.0.3.9')).connected).toBe(true)
  await vi.waitFor(() => expect(platform.recordsOf('identity.sign-in-failures')).toHaveLength(1))
  expect(platform.recordsOf('identity.sign-in-failures')[0]).toMatchObject({
    deviceId: lane,
    body: { failures: 20, addresses: ['127.0.3.1', '127.0.3.2', '127.0.3.3', '127.0.3.4'] },
  })
})

test('whoever knocks before the list of devices has come is let in as soon as it is there', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway({ GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` })
  for (let attempt = 1; attempt <= 40; attempt += 1) {
    await expect(come(gateway.mqttPort, '127.0.3.1')).rejects.toThrow('Server unavailable')
  }
  const authorization = `Basic ${Buffer.from(`${lane}:secret of ${lane}`).toString('base64')}`
  const answer = await fetch(`http://127.0.0.1:${gateway.httpPort}/media/${'a'.repeat(64)}`, {
    headers: { authorization },
  })
  expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'NO_DEVICE_LIST' }])
  await vi.waitFor(() => expect(platform.ofType('hello')).not.toEqual([]))
  platform.send({ type: 'desired', area: 'devices', revision: 1, body: { devices: [...compound] } })
  await vi.waitFor(async () => expect((await come(gateway.mqttPort, '127.0.3.1')).connected).toBe(true))
})

test('guessing over HTTP counts as well', async () => {
  const { gateway } = await setup()
  const ask = async (secret: string) => {
    const authorization = `Basic ${Buffer.from(`${lane}:${secret}`).toString('base64')}`
    return fetch(`http://127.0.0.1:${gateway.httpPort}/media/${'a'.repeat(64)}`, { headers: { authorization } })
  }
  for (let attempt = 1; attempt <= 5; attempt += 1) expect((await ask(`guess ${attempt}`)).status).toBe(401)
  const throttled = await ask(`secret of ${lane}`)
  expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '60'])
  await expect(come(gateway.mqttPort, '127.0.0.1')).rejects.toThrow('Server unavailable')
})

test.each([
  ['from another address', '127.0.3.2', lane],
  ['by another client id', '127.0.3.1', `${lane}-copy`],
])('the same credential at two places at once, %s, is told once', async (_name, from, clientId) => {
  const { platform, gateway } = await setup()
  const first = await come(gateway.mqttPort, '127.0.3.1')
  for (let turn = 0; turn < 3; turn += 1) {
    const second = await come(gateway.mqttPort, from, { clientId })
    await vi.waitFor(() => expect(first.connected).toBe(false))
    await come(gateway.mqttPort, '127.0.3.1')
    await vi.waitFor(() => expect(second.connected).toBe(false))
  }
  await vi.waitFor(() => expect(platform.recordsOf('identity.credential-shared')).not.toEqual([]))
  const told = platform.recordsOf('identity.credential-shared')
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({ deviceId: lane, body: { credential: 'secret', takeovers: 1 } })
  expect(told[0]?.body['addresses']).toEqual([...new Set(['127.0.3.1', from])])
})

const camera: DesiredDevice = {
  ...{ deviceId: 'camera-1', kind: 'camera', name: 'Camera', place: 'Gate', settings: {} },
  ...{ address: 'http://127.0.0.1:9/onvif/device_service', username: 'admin', secret: 'the-password-of-the-camera' },
}

async function contents(folder: string): Promise<Map<string, Buffer>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)))
}

test('the files of the gateway do not tell the password of a camera, while it runs and afterwards', async () => {
  const platform = await startPlatform()
  const env = { GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` }
  const gateway = await startTestGateway(env)
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1))
  platform.send({ type: 'desired', area: 'devices', revision: 4, body: { devices: [camera] } })
  await vi.waitFor(() => expect(platform.recordsOf('devices.desired-applied')).toHaveLength(1))

  const folder = join(gateway.folder, 'gateway')
  const tells = async () => {
    const files = [...(await contents(folder))]
    expect(files.some(([, bytes]) => bytes.includes('camera-1'))).toBe(true)
    return files.filter(([, bytes]) => bytes.includes('the-password')).map(([path]) => path)
  }
  expect(await tells()).toEqual([])
  await gateway.close()
  expect(await tells()).toEqual([])
  const key = join(folder, 'secrets.key')
  expect((await stat(key)).mode & 0o777).toBe(0o600)

  await chmod(key, 0o644)
  const again = await startTestGateway({ ...env, GATEHOUSE_DATA: gateway.folder })
  await vi.waitFor(() => expect(platform.ofType('hello').at(-1)?.revisions).toMatchObject({ devices: 4 }))
  expect((await stat(key)).mode & 0o777).toBe(0o600)
  await again.close()

  await rm(key)
  const seen = platform.ofType('hello').length
  await startTestGateway({ ...env, GATEHOUSE_DATA: gateway.folder })
  // What it cannot open it does not have: the platform sends the devices once more.
  await vi.waitFor(() => expect(platform.ofType('hello').slice(seen)).not.toEqual([]))
  expect(platform.ofType('hello').at(-1)?.revisions['devices']).toBeUndefined()
})
