import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect, connectAsync, type MqttClient } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tinyJpeg } from '../../platform/src/contract/testing/pictures.ts'
import { gatewayId, secretOf, type House } from './house/house.ts'
import { setupHouse } from './house/setup.ts'

const setup = () =>
  setupHouse({
    devices: {
      'north-in': { kind: 'barrier', settings: { direction: 'in' } },
      'south-in': { kind: 'barrier', settings: { direction: 'in' } },
    },
  })

/** Sum of `gatehouse_refused_total` of one listener. */
async function refusals(metricsUrl: string, listener: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text()
  return text
    .split('\n')
    .filter((line) => line.startsWith('gatehouse_refused_total{') && line.includes(`listener="${listener}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

const gatewayMetrics = (house: House) => `http://127.0.0.1:${house.gatewayHttpPort()}/metrics`

const closeOf = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()))
const errorOf = (client: MqttClient) =>
  new Promise<Error & { code?: unknown }>((resolve) => client.once('error', (error) => resolve(error)))

async function signIn(house: House, deviceId = 'north-in'): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${house.mqttPort()}`, {
    clientId: deviceId,
    username: deviceId,
    password: secretOf(deviceId),
    reconnectPeriod: 0,
  })
  client.on('error', () => undefined)
  onTestFinished(() => void client.end(true))
  return client
}

test.each([
  { what: 'broken JSON', topic: 'gh/v1/north-in/event', payload: '{"id":' },
  {
    what: 'an event that breaks its schema',
    topic: 'gh/v1/north-in/event',
    payload: '{"id":"a","at":1,"type":"plate"}',
  },
  { what: 'a packet of 10 MB', topic: 'gh/v1/north-in/report', payload: Buffer.alloc(10_000_000, 'x') },
  { what: 'an unknown topic', topic: 'somewhere/else', payload: '{}' },
  { what: 'the topic of another device', topic: 'gh/v1/south-in/event', payload: '{}' },
  { what: 'a command topic', topic: 'gh/v1/north-in/command', payload: '{}' },
])('$what ends the connection of the device, is counted, and the gateway goes on', async ({ topic, payload }) => {
  const house = await setup()
  const before = await refusals(gatewayMetrics(house), 'mqtt')
  const client = await signIn(house)
  const closed = closeOf(client)
  client.publish(topic, payload, { qos: 1 })
  await closed
  await vi.waitFor(async () => expect(await refusals(gatewayMetrics(house), 'mqtt')).toBeGreaterThan(before))
  expect((await signIn(house)).connected).toBe(true)
})

test('a wrong secret and an unknown device are refused and counted', async () => {
  const house = await setup()
  for (const username of ['north-in', 'nobody']) {
    const client = connect(`mqtt://127.0.0.1:${house.mqttPort()}`, {
      clientId: username,
      username,
      password: 'not the secret',
      reconnectPeriod: 0,
    })
    const error = await errorOf(client)
    expect([4, 5]).toContain(error.code)
    client.end(true)
  }
  expect(await refusals(gatewayMetrics(house), 'mqtt')).toBeGreaterThanOrEqual(2)
})

test('bytes that are no protocol at all are cut off by every listener', async () => {
  const house = await setup()
  const httpPort = Number(new URL(house.admin.url).port)
  const { uplinkPort } = house.platform.ready as { uplinkPort: number }
  for (const port of [house.mqttPort(), house.gatewayHttpPort(), httpPort, uplinkPort]) {
    const socket = connectTcp(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('data', () => undefined)
    socket.write(Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), randomBytes(4096)]))
    await once(socket, 'close')
  }
  expect(house.gateway.isRunning() && house.platform.isRunning()).toBe(true)
  expect((await fetch(`${house.admin.url}/api/health`)).status).toBe(200)
})

test('the uplink refuses foreign gateways and foreign topics, and counts them', async () => {
  const house = await setup()
  const { uplinkPort } = house.platform.ready as { uplinkPort: number }
  const client = connect(`mqtt://127.0.0.1:${uplinkPort}`, {
    clientId: `gatehouse-${gatewayId}`,
    username: gatewayId,
    password: 'guessed',
    reconnectPeriod: 0,
  })
  await errorOf(client)
  client.end(true)
  expect(await refusals(`${house.admin.url}/metrics`, 'uplink')).toBeGreaterThanOrEqual(1)
})

test.each([
  '/api/../package.json',
  '/..%2f..%2fpackage.json',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/..%5c..%5cpackage.json',
  `/api/media/..%2f..%2f${'a'.repeat(58)}`,
])('the path %s reaches no file', async (path) => {
  const house = await setup()
  for (const origin of [house.admin.url, `http://127.0.0.1:${house.gatewayHttpPort()}`]) {
    const socket = connectTcp(Number(new URL(origin).port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    await once(socket, 'close')
    expect(answer).not.toMatch(/"workspaces"|root:/)
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400|401|403|404)/)
  }
})

test('an expired or invented session is refused with a stable code, and counted', async () => {
  const house = await setup()
  const answer = await fetch(`${house.admin.url}/api/devices`, {
    headers: { cookie: `gatehouse_session=${randomBytes(32).toString('base64url')}` },
  })
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'NOT_SIGNED_IN'])
  expect(await refusals(`${house.admin.url}/metrics`, 'http')).toBeGreaterThanOrEqual(1)
})

test('a picture that is none, is not what its name says, or is too large is refused', async () => {
  const house = await setup()
  const jpeg = Buffer.from(tinyJpeg(randomBytes(500)))
  const nameOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const authorization = `Basic ${Buffer.from(`north-in:${secretOf('north-in')}`).toString('base64')}`
  const put = async (name: string, body: Buffer) =>
    (
      await fetch(`http://127.0.0.1:${house.gatewayHttpPort()}/media/${name}`, {
        method: 'PUT',
        headers: { authorization, 'content-type': 'image/jpeg' },
        body: new Uint8Array(body),
      }).catch(() => ({ status: 413 }))
    ) // cut off while it still sends
    .status
  const html = Buffer.from('<html></html>')
  expect(await put(nameOf(html), html)).toBe(415)
  expect(await put(nameOf(html), jpeg)).toBe(422)
  const huge = Buffer.concat([jpeg, Buffer.alloc(10_000_000)])
  expect(await put(nameOf(huge), huge)).toBe(413)
  expect(await put(nameOf(jpeg), jpeg)).toBeLessThan(300)
})
