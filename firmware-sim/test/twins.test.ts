import { createHash } from 'node:crypto'
import { setImmediate as immediate } from 'node:timers/promises'
import { drivers } from '@gatehouse/gateway'
import { CommandResult } from '@gatehouse/gateway/protocol'
import { Value } from 'typebox/value'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createLogger } from '../src/core/logger.ts'
import { createRandom } from '../src/core/seeded-random.ts'
import { startSimDevice } from '../src/core/start-sim-device.ts'
import { barrier } from '../src/devices/barrier.device.ts'
import { simDevices } from '../src/devices/index.ts'
import { loadScenario } from '../src/scenarios/load-scenario.ts'
import { playScenario } from '../src/scenarios/play-scenario.ts'
import type { Happening, Scenario } from '../src/scenarios/scenario.ts'
import { deriveSecret } from '../src/scenarios/secrets.ts'
import { startBroker, startPictureStore } from './twins-broker.ts'

const secretOf = (deviceId: string) => deriveSecret('test', deviceId)
const silent = createLogger(() => undefined)
const soon = { timeout: 10_000 }
const inFuture = () => Date.now() + 10_000

async function setup(pace = 20) {
  const broker = await startBroker(secretOf)
  const lane = startSimDevice(barrier, {
    deviceId: 'lane-1',
    secret: secretOf('lane-1'),
    broker: broker.url,
    random: createRandom('lane'),
    logger: silent,
    pace,
  })
  onTestFinished(() => lane.stop())
  await vi.waitFor(() => expect(broker.reportsOf('lane-1').length).toBeGreaterThan(0), soon)
  const arrive = (plate: string) =>
    lane.stimulate({ type: 'vehicle', plate, colour: 'blue', confidence: 97, patienceMs: 20_000 })
  const open = (commandId: string) => broker.command('lane-1', { commandId, expiresAt: inFuture(), op: 'open' })
  return { broker, lane, arrive, open }
}

test('a device says online, and offline when it stops, both retained', async () => {
  const { broker, lane } = await setup()
  await lane.stop()
  const statuses = broker.statusesOf('lane-1').map(({ text, retain }) => ({ text, retain }))
  expect(statuses).toEqual([
    { text: 'online', retain: true },
    { text: 'offline', retain: true },
  ])
})

test('a plate is followed by the passage once the gateway opens', async () => {
  const { broker, arrive, open } = await setup()
  arrive('沪A12345')
  await vi.waitFor(() => expect(broker.eventsOf('lane-1')).toMatchObject([{ type: 'plate', plate: '沪A12345' }]), soon)
  open('c1')
  await vi.waitFor(() => expect(broker.eventsOf('lane-1').map(({ type }) => type)).toEqual(['plate', 'passed']), soon)
  expect(broker.resultsOf('lane-1')).toEqual([{ commandId: 'c1', ok: true }])
  const seqs = broker.reportsOf('lane-1').map(({ seq }) => Number(seq))
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index))
})

test('a command that comes twice is answered twice and carried out once', async () => {
  const { broker, open } = await setup()
  open('same')
  await vi.waitFor(() => expect(broker.reportsOf('lane-1').at(-1)).toMatchObject({ arm: 'closed' }), soon)
  await vi.waitFor(() => expect(broker.reportsOf('lane-1').map(({ arm }) => arm)).toContain('closing'), soon)
  await vi.waitFor(() => expect(broker.reportsOf('lane-1').at(-1)).toMatchObject({ arm: 'closed' }), soon)
  open('same')
  await vi.waitFor(() => expect(broker.resultsOf('lane-1')).toHaveLength(2), soon)
  const openings = broker.reportsOf('lane-1').filter(({ arm }) => arm === 'opening')
  expect(openings).toHaveLength(1)
})

test('an expired command is ignored', async () => {
  const { broker, open } = await setup()
  broker.command('lane-1', { commandId: 'late', expiresAt: Date.now() - 1, op: 'open' })
  open('now')
  await vi.waitFor(() => expect(broker.resultsOf('lane-1')).toEqual([{ commandId: 'now', ok: true }]), soon)
})

test('events of a time without connection are kept, in order, and replayed as history', async () => {
  const { broker, lane, arrive } = await setup()
  broker.cut()
  await vi.waitFor(() => expect(lane.isConnected()).toBe(false), soon)
  arrive('沪A11111')
  lane.stimulate({ type: 'call' })
  await broker.restore()
  await vi.waitFor(() => expect(broker.eventsOf('lane-1').length).toBeGreaterThan(1), soon)
  expect(broker.eventsOf('lane-1').slice(0, 2)).toMatchObject([
    { type: 'call', replayed: true },
    { type: 'plate', plate: '沪A11111' },
  ])
  lane.stimulate({ type: 'call' })
  await vi.waitFor(() => expect(broker.eventsOf('lane-1').at(-1)).toMatchObject({ type: 'call' }), soon)
  expect(broker.eventsOf('lane-1').at(-1)).not.toHaveProperty('replayed')
  const ids = broker.eventsOf('lane-1').map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('a device whose network is cut is reported by its last will, and comes back', async () => {
  const { broker, lane } = await setup()
  lane.faults.inject({ type: 'drop-connection' })
  await vi.waitFor(() => expect(broker.statusesOf('lane-1').at(-1)).toMatchObject({ text: 'offline' }), soon)
  lane.stimulate({ type: 'call' })
  lane.faults.clear('drop-connection')
  await vi.waitFor(() => expect(broker.statusesOf('lane-1').at(-1)).toMatchObject({ text: 'online' }), soon)
  await vi.waitFor(() => expect(broker.eventsOf('lane-1')).toMatchObject([{ type: 'call', replayed: true }]), soon)
})

test('records outlive a power cut and are replayed; what a worn-out flash loses leaves a gap', async () => {
  const { broker, lane } = await setup()
  const call = async () => {
    lane.stimulate({ type: 'call' })
    await immediate() // it first looks for a picture
  }
  lane.faults.inject({ type: 'drop-connection' })
  await vi.waitFor(() => expect(lane.isConnected()).toBe(false), soon)
  await call()
  lane.faults.inject({ type: 'lose-events' })
  await call()
  lane.faults.clear('lose-events')
  await call()
  lane.faults.inject({ type: 'power-cut' })
  lane.faults.clear('drop-connection')
  await call()
  expect(lane.isConnected()).toBe(false)
  lane.faults.clear('power-cut')
  await vi.waitFor(() => expect(broker.eventsOf('lane-1')).toHaveLength(2), soon)
  expect(broker.eventsOf('lane-1').map(({ seq, replayed }) => [seq, replayed])).toEqual([
    [1, true],
    [3, true],
  ])
})

test('faults show: a skewed clock, a doubled event, a slow answer, silence', async () => {
  const { broker, lane, open } = await setup()
  lane.faults.inject({ type: 'clock-skew', offsetMs: -60_000 })
  lane.faults.inject({ type: 'duplicate-events' })
  lane.stimulate({ type: 'call' })
  await vi.waitFor(() => expect(broker.eventsOf('lane-1')).toHaveLength(2), soon)
  const [first, second] = broker.eventsOf('lane-1')
  expect(first).toEqual(second)
  expect(Math.abs(Number(first?.['at']) - Date.now() + 60_000)).toBeLessThan(5000)

  lane.faults.inject({ type: 'slow-answer', delayMs: 300 })
  const asked = Date.now()
  open('slow')
  await vi.waitFor(() => expect(broker.resultsOf('lane-1')).toHaveLength(1), soon)
  expect(Date.now() - asked).toBeGreaterThanOrEqual(290)

  lane.faults.inject({ type: 'silent' })
  lane.stimulate({ type: 'call' })
  open('unheard')
  lane.faults.clear('silent')
  await vi.waitFor(() => expect(broker.eventsOf('lane-1').length).toBeGreaterThan(2), soon)
})

test('a device with a wrong secret says so once and stays outside', async () => {
  const broker = await startBroker(secretOf)
  const lines: string[] = []
  const lane = startSimDevice(barrier, {
    deviceId: 'lane-2',
    secret: 'not the secret',
    broker: broker.url,
    random: createRandom('lane'),
    logger: createLogger((line) => lines.push(line)),
  })
  onTestFinished(() => lane.stop())
  await vi.waitFor(() => expect(lines).toHaveLength(1), soon)
  expect(lines[0]).toContain('device cannot connect')
  expect(lines[0]).not.toContain('not the secret')
  expect(broker.reportsOf('lane-2')).toEqual([])
})

const mqttDrivers = drivers.filter((driver) => driver.transport === 'mqtt')
const driverOf = (kind: string | undefined) => mqttDrivers.find((driver) => driver.kind === kind)

test.each(mqttDrivers)('the simulated $kind reports what its driver expects', ({ kind, report }) => {
  const twin = Object.values(simDevices).find((device) => device.kind === kind)
  const first = twin && { at: 0, seq: 0, ...(twin.report as (state: unknown) => object)(twin.initial) }
  expect([first, ...Value.Errors(report, first)]).toEqual([expect.anything()])
})

/** Everything at once, as fast as the devices can. */
function crowded(scenario: Scenario): Scenario {
  const [compound] = scenario.compounds
  const plate = compound?.permits[0]?.plate ?? ''
  const personId = compound?.people.find(({ faceId }) => faceId !== undefined)?.personId ?? ''
  const happenings: Happening[] = [
    { atSeconds: 0, type: 'vehicle', deviceId: 'cuihu-barrier-in', plate, readAs: '沪A00000' },
    { atSeconds: 0, type: 'vehicle', deviceId: 'cuihu-barrier-out', plate: '', patienceSeconds: 0.1 },
    { atSeconds: 0, type: 'call', deviceId: 'cuihu-barrier-in' },
    { atSeconds: 0, type: 'person', deviceId: 'cuihu-gate-1', personId },
    { atSeconds: 0, type: 'stranger', deviceId: 'cuihu-gate-2' },
    { atSeconds: 0, type: 'card', deviceId: 'cuihu-gate-3', card: '12AB34CD' },
    { atSeconds: 0, type: 'door-alarm', deviceId: 'cuihu-gate-4', alarm: 'forced' },
    { atSeconds: 0, type: 'smoke', deviceId: 'cuihu-smoke-1', peakPercent: 60, forSeconds: 2 },
    { atSeconds: 0, type: 'motion', deviceId: 'cuihu-cam-1', forSeconds: 1 },
    {
      atSeconds: 0,
      type: 'fault',
      deviceId: 'cuihu-cam-2',
      fault: { type: 'clock-skew', offsetMs: 5000 },
      forSeconds: 1,
    },
    { atSeconds: 0, type: 'fault', deviceId: 'cuihu-speaker-2', fault: { type: 'silent' }, forSeconds: 1 },
  ]
  return { ...scenario, happenings, faultsPerHour: 10 }
}

test('everything that the twins of a compound say follows the protocol, with pictures that arrive first', async () => {
  const broker = await startBroker(secretOf)
  const store = await startPictureStore()
  const scenario = crowded(await loadScenario({ name: 'compound', seed: '1', scale: 1 }))
  const play = await playScenario({
    scenario,
    random: createRandom('1'),
    logger: silent,
    secretOf,
    gatewayOf: () => ({ broker: broker.url, http: store.url }),
  })
  onTestFinished(() => play.close())
  expect(play.devices).toBe(20)
  expect(play.addressOf('cuihu-cam-1')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/onvif\/device_service$/)
  expect(play.addressOf('cuihu-gate-1')).toBeUndefined()

  const online = () => broker.heard.filter(({ channel, text }) => channel === 'status' && text === 'online')
  await vi.waitFor(() => expect(online()).toHaveLength(14), soon)
  const speak = { op: 'speak', jobId: 'job-1', text: '你好', priority: 3 }
  broker.command('cuihu-speaker-1', { commandId: 's1', expiresAt: inFuture(), ...speak })
  broker.command('cuihu-smoke-2', { commandId: 't1', expiresAt: inFuture(), op: 'self-test' })
  broker.command('cuihu-gate-1', { commandId: 'g1', expiresAt: inFuture(), op: 'dance' })
  const told = () =>
    broker.heard
      .filter(({ channel }) => channel === 'event')
      .map(({ text }) => (JSON.parse(text) as { type: string }).type)
  const wanted = [
    'plate',
    'reversed',
    'call',
    'face',
    'stranger',
    'card',
    'door-alarm',
    'smoke',
    'smoke-cleared',
    'playback',
  ]
  await vi.waitFor(() => expect(told()).toEqual(expect.arrayContaining(wanted)), { timeout: 25_000 })

  const kinds = new Map(
    scenario.compounds.flatMap(({ devices }) => devices.map(({ deviceId, kind }) => [deviceId, kind])),
  )
  for (const { deviceId, channel, text } of broker.heard) {
    const { report, event } = driverOf(kinds.get(deviceId)) ?? {}
    const schema = { report, event, result: CommandResult }[channel]
    if (schema) expect([text, ...Value.Errors(schema, JSON.parse(text))]).toEqual([text])
  }
  expect(broker.resultsOf('cuihu-gate-1')).toMatchObject([{ ok: false, code: 'COMMAND_UNSUPPORTED' }])
  expect(broker.resultsOf('cuihu-smoke-2')).toMatchObject([{ ok: true, data: { passed: true } }])

  const picture = String(broker.eventsOf('cuihu-barrier-in').find(({ type }) => type === 'plate')?.['picture'])
  const { authorization, bytes } = store.stored.get(picture) ?? {}
  expect(
    createHash('sha256')
      .update(bytes ?? '')
      .digest('hex'),
  ).toBe(picture)
  const credentials = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString()
  expect(credentials).toBe(`cuihu-barrier-in:${secretOf('cuihu-barrier-in')}`)
})
