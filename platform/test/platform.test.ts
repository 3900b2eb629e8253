import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import mqtt from 'mqtt'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { desiredAreas, uplinkTopics, type Alert, type UplinkDown, type UplinkUp } from '../src/contract/index.ts'
import { startPlatform } from '../src/platform.ts'

async function start(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-whole-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const ports = { GATEHOUSE_HTTP_PORT: '0', GATEHOUSE_UPLINK_PORT: '0', GATEHOUSE_ADMIN_PASSWORD: 'a long password' }
  const config = loadConfig({ GATEHOUSE_DATA: folder, ...ports, ...env })
  return startPlatform(config, pino({ level: 'silent' }))
}

async function signIn(url: string) {
  const session = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: 'a long password' }),
  })
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
  return async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { cookie, ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return answer.json()
  }
}

async function connect(port: number, gatewayId: string, secret: string) {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ clientId: `gatehouse-${gatewayId}`, username: gatewayId, password: secret, reconnectPeriod: 0 },
  })
  onTestFinished(() => client.endAsync(true))
  const received: UplinkDown[] = []
  client.on('message', (_topic, payload) => {
    const text = payload[0] === 0x1f ? gunzipSync(payload) : payload
    received.push(JSON.parse(text.toString()) as UplinkDown)
  })
  await client.subscribeAsync(uplinkTopics.down(gatewayId), { qos: 1 })
  const say = (message: UplinkUp) =>
    client.publishAsync(uplinkTopics.up(gatewayId), JSON.stringify(message), { qos: 1 })
  return { received, say }
}

const nameOf = (message: UplinkDown) => (message.type === 'desired' ? `desired ${message.area}` : message.type)
/** An area that changes meanwhile may come once more. */
const greeting = new Set(['welcome', ...Object.keys(desiredAreas).map((area) => `desired ${area}`)])

test('a gateway signs in, gets its desired state, and its alarm is an alert after the acknowledgement', async () => {
  const platform = await start()
  onTestFinished(() => platform.close())
  const ask = await signIn(platform.url)
  await ask('PUT', '/api/compounds/garden', { name: 'Garden', path: 'riverside/east/garden' })
  const { secret } = (await ask('PUT', '/api/gateways/gw-1', { compoundId: 'garden' })) as { secret: string }
  const setup = { compoundId: 'garden', kind: 'smoke', name: 'Smoke', place: 'Building 3', secret: 'smoke-secret' }
  await ask('PUT', '/api/devices/smoke-1', setup)

  const { received, say } = await connect(platform.uplinkPort, 'gw-1', secret)
  const clock = Date.now()
  await say({ type: 'hello', version: '1', bootId: 'b1', clock, lastSeq: 1, backlog: 1, revisions: {} })
  await vi.waitFor(() => expect(new Set(received.map(nameOf))).toEqual(greeting))
  expect(received[0]?.type).toBe('welcome')
  const devices = received.find((message) => nameOf(message) === 'desired devices')
  expect(devices).toMatchObject({ body: { devices: [{ deviceId: 'smoke-1' }] } })

  const body = { eventId: 'e1', alarm: 'smoke', severity: 'critical' }
  const records = [{ seq: 1, type: 'sensors.alarm-raised', at: clock, deviceId: 'smoke-1', body }]
  await say({ type: 'batch', batch: 1, lane: 'live', backlog: 1, clock, records })
  await vi.waitFor(() => expect(received.at(-1)).toEqual({ type: 'ack', batch: 1, lane: 'live', seq: 1 }))
  expect((await ask('GET', '/api/alerts')) as Alert[]).toMatchObject([{ type: 'sensors.smoke', deviceId: 'smoke-1' }])
  expect(await ask('GET', '/api/gateways')).toMatchObject([{ id: 'gw-1', online: true, lastSeq: 1 }])
  expect(await ask('GET', '/api/health')).toMatchObject({ ready: true, dependencies: { database: 'ok', uplink: 'ok' } })
})

test('a platform that cannot open all of its parts says why and leaves nothing open', async () => {
  const first = await start()
  onTestFinished(() => first.close())
  await expect(start({ GATEHOUSE_HTTP_PORT: String(first.httpPort) })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await expect(start({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toThrow()
})
