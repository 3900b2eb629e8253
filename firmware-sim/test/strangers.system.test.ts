import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, connectAsync } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startAsking } from '../bench/asking.ts'
import type { SteadyFigures } from '../bench/steady-devices.main.ts'
import type { StrangerFigures } from '../bench/strangers.main.ts'
import { startPart } from './house/part.ts'

const secret = 'strangers-secret-0123456789'
const deviceCount = 40
const patience = { timeout: 30_000, interval: 500 }

const devices = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ deviceId: `${name}-${index}`, kind: 'barrier', name: 'Lane', place: 'Gate', secret },
    settings: { direction: 'in' },
  }))

async function startGateway() {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-strangers-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const all = [...devices(deviceCount, 'bench'), ...devices(100, 'flood'), ...devices(1, 'late')]
  await writeFile(join(folder, 'desired.json'), JSON.stringify({ devices: { devices: all } }))
  const gateway = await startPart('gateway', {
    env: {
      ...{ GATEHOUSE_DATA: folder, GATEHOUSE_GATEWAY_ID: 'strangers', GATEHOUSE_DESIRED: join(folder, 'desired.json') },
      ...{ GATEHOUSE_MQTT_PORT: '0', GATEHOUSE_GATEWAY_HTTP_PORT: '0', GATEHOUSE_LOG_LEVEL: 'info' },
    },
  })
  onTestFinished(async () => {
    await gateway.stop()
  })
  return { gateway, port: Number(gateway.ready['mqttPort']) }
}

async function follow<Figures>(script: string, args: readonly (string | number)[]) {
  const child = await startAsking<Figures>(script, args)
  onTestFinished(() => child.stop())
  return child
}

test.each([
  ['from many addresses', 50],
  ['from the address of the devices themselves', 1],
])('crowds that mean no good, %s, take nothing from devices that are known', async (_name, addresses) => {
  const { gateway, port } = await startGateway()
  const steady = await follow<SteadyFigures>('steady-devices.main.ts', [port, deviceCount, 80, secret])
  const late = { clientId: 'late-0', username: 'late-0', password: secret, reconnectPeriod: 500 }
  await (await connectAsync(`mqtt://127.0.0.1:${port}`, late)).endAsync()
  const startCrowd = (kind: string, count: number) =>
    follow<StrangerFigures>('strangers.main.ts', [port, count, kind, addresses, secret])

  const guests = await startCrowd('guests', 100)
  await vi.waitFor(async () => expect((await guests.figures()).acknowledged).toBeGreaterThan(1000), patience)
  const silent = await startCrowd('silent', 500)
  const crowds = [silent, await startCrowd('flood', 100), await startCrowd('trickle', 100)]
  await vi.waitFor(async () => {
    for (const crowd of crowds) expect((await crowd.figures()).connected).toBeGreaterThanOrEqual(100)
  }, patience)

  // The crowd keeps the queue of the listener full: a device knocks again until it is heard.
  const back = connect(`mqtt://127.0.0.1:${port}`, { ...late, connectTimeout: 5000 })
  onTestFinished(() => void back.end(true))
  back.on('error', () => undefined)
  await vi.waitFor(() => expect(back.connected).toBe(true), { timeout: 60_000, interval: 100 })
  const report = { at: Date.now(), seq: 1, arm: 'closed', loop: false, temperatureCelsius: 20 }
  await back.publishAsync('gh/v1/late-0/report', JSON.stringify(report), { qos: 1 })

  const sums = { sent: 0, acknowledged: 0, ended: 0 }
  await vi.waitFor(async () => {
    const { sent, acknowledged, ended } = await steady.figures()
    sums.sent += sent
    sums.acknowledged += acknowledged
    sums.ended += ended
    expect(sums.sent).toBeGreaterThan(600)
    // Nobody may take longer than a few seconds to introduce himself.
    expect((await silent.figures()).ended).toBeGreaterThan(0)
  }, patience)
  expect(sums).toEqual({ sent: sums.sent, acknowledged: sums.sent, ended: 0 })
  expect(gateway.isRunning()).toBe(true)
})
