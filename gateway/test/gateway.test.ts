import type { DesiredFile } from '@gatehouse/platform/contract'
import { defaultLanePolicy } from '@gatehouse/platform/domain'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import {
  gatewayId,
  gatewaySecret,
  startDevice,
  startPictureShelf,
  startPlatform,
  startTestGateway,
} from './compound-setup.ts'
import { tinyJpeg } from '../../platform/src/contract/testing/pictures.ts'
import { openSqliteStore } from '../src/adapters/sqlite-store/sqlite-store.ts'
import { compound, silentLogger } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

const desired: DesiredFile = {
  devices: { devices: [...compound] },
  parking: { permits: [{ plate: '沪A12345', kind: 'monthly', holder: 'Li' }] },
}
const plate = (text: string, more: object = {}) => ({
  type: 'plate',
  plate: text,
  colour: 'blue',
  confidence: 97,
  ...more,
})
const uplinkTo = ({ port }: { port: number }) => ({ GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${port}` })
const wait = { timeout: 8000 }

/** The data of a gateway with 1300 events that nobody has fetched. */
async function folderWithBacklog() {
  const folder = await temporaryFolder()
  const store = await openSqliteStore(join(folder, 'gateway', 'state.db'), silentLogger)
  const body = { eventId: 'e', direction: 'out' } as const
  const passed = { type: 'parking.vehicle-passed', at: Date.now(), deviceId: 'lane-out', body } as const
  await store.commit({ events: Array.from({ length: 1300 }, () => passed) })
  await store.close()
  return folder
}

test('a known car at the gate: the arm is told to open at once, and the platform hears of it', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway(uplinkTo(platform), desired)
  const lane = await startDevice(gateway, 'lane-in')

  const before = Date.now()
  await lane.happen(plate('沪A12345'))
  await vi.waitFor(() => expect(lane.ops()).toEqual(['open', 'display']), wait)
  expect(lane.commands[0]?.receivedAt).toBeLessThan(before + 2000)
  await lane.happen({ type: 'passed' })
  await vi.waitFor(() => expect(platform.recordsOf('parking.vehicle-passed')).toHaveLength(1), wait)
  expect(platform.recordsOf('parking.entry-opened')).toMatchObject([{ deviceId: 'lane-in', body: { rule: 'monthly' } }])
  expect(platform.records().map(({ seq }) => seq)).toEqual(platform.records().map((_record, index) => index + 1))
})

test('an unknown car is refused with a reason, and its picture follows the alert', async () => {
  const platform = await startPlatform()
  const shelf = await startPictureShelf()
  const gateway = await startTestGateway({ ...uplinkTo(platform), GATEHOUSE_PLATFORM_URL: shelf.url }, desired)
  const lane = await startDevice(gateway, 'lane-in')
  const bytes = Buffer.from(tinyJpeg(randomBytes(5000)))
  const picture = createHash('sha256').update(bytes).digest('hex')
  shelf.state.status = 503
  const stored = await fetch(`http://127.0.0.1:${gateway.httpPort}/media/${picture}`, {
    method: 'PUT',
    body: bytes,
    headers: { authorization: `Basic ${Buffer.from('lane-in:secret of lane-in').toString('base64')}` },
  })
  expect(stored.status).toBe(204)

  await lane.happen(plate('沪D00001', { picture }))
  await vi.waitFor(() => expect(platform.recordsOf('parking.entry-refused')).toHaveLength(1), wait)
  expect(platform.recordsOf('parking.entry-refused')[0]?.body).toMatchObject({ rule: 'unknown', picture })
  await vi.waitFor(() => expect(lane.commands).toMatchObject([{ op: 'display', lines: ['沪D00001', /登记/] }]), wait)
  expect(shelf.pictures.size).toBe(0)
  shelf.state.status = 204
  await vi.waitFor(() => expect(shelf.pictures.get(picture)?.bytes).toEqual(bytes), wait)
  const credentials = Buffer.from(`${gatewayId}:${gatewaySecret}`).toString('base64')
  expect(shelf.pictures.get(picture)?.authorization).toBe(`Basic ${credentials}`)
})

test('a picture that could not be brought is brought after a restart', async () => {
  const shelf = await startPictureShelf()
  shelf.state.status = 503
  const env = { GATEHOUSE_PLATFORM_URL: shelf.url }
  const before = await startTestGateway(env, desired)
  const lane = await startDevice(before, 'lane-in')
  const bytes = Buffer.from(tinyJpeg(randomBytes(100)))
  const picture = createHash('sha256').update(bytes).digest('hex')
  const headers = { authorization: `Basic ${Buffer.from('lane-in:secret of lane-in').toString('base64')}` }
  await fetch(`http://127.0.0.1:${before.httpPort}/media/${picture}`, { method: 'PUT', body: bytes, headers })
  await lane.happen({ type: 'call', picture })
  await before.close()

  shelf.state.status = 204
  await startTestGateway({ ...env, GATEHOUSE_DATA: before.folder })
  await vi.waitFor(() => expect(shelf.pictures.has(picture)).toBe(true), wait)
})

test('smoke holds every exit of the building open, with the platform away', async () => {
  const gateway = await startTestGateway({}, desired)
  const [lane, gate1, gate2, smoke] = await Promise.all(
    ['lane-in', 'gate-1', 'gate-2', 'smoke-1'].map((deviceId) => startDevice(gateway, deviceId)),
  )
  await smoke?.happen({ type: 'smoke', obscurationPercent: 12 })
  await vi.waitFor(() => expect([lane?.ops(), gate1?.ops()]).toEqual([['hold-open'], ['hold-open']]), wait)
  expect(gate2?.ops()).toEqual([])
})

test('commands of the platform: done, too late, or refused because the device is away', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway(uplinkTo(platform), desired)
  const gate = await startDevice(gateway, 'gate-1')
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1), wait)
  const command = { type: 'command', deviceId: 'gate-1', name: 'open', args: { holdSeconds: 5 } } as const

  platform.send({ ...command, commandId: 'good', expiresAt: Date.now() + 5000 })
  platform.send({ ...command, commandId: 'late', expiresAt: Date.now() - 1 })
  platform.send({ ...command, commandId: 'away', deviceId: 'gate-2', expiresAt: Date.now() + 5000 })
  await vi.waitFor(() => expect(platform.recordsOf('devices.command-result')).toHaveLength(3), wait)
  const results = platform.recordsOf('devices.command-result').map(({ body }) => [body['commandId'], body['code']])
  expect(Object.fromEntries(results)).toEqual({ good: undefined, late: 'COMMAND_EXPIRED', away: 'DEVICE_OFFLINE' })
  expect(gate.commands.map(({ commandId }) => commandId)).toEqual(['good'])
  expect(platform.ofType('command-accepted').map(({ commandId }) => commandId)).not.toContain('late')
})

test('an operator lets a car out: the arm opens, and an order that comes too late moves nothing', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway(uplinkTo(platform), desired)
  const lane = await startDevice(gateway, 'lane-out')
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1), wait)
  const order = { type: 'raise-lane', laneId: 'lane-out', plate: 'none', waivedFen: 0 } as const

  platform.send({ ...order, commandId: 'late', expiresAt: Date.now() - 1 })
  platform.send({ ...order, commandId: 'good', expiresAt: Date.now() + 5000 })
  await vi.waitFor(() => expect(platform.recordsOf('devices.command-result')).toHaveLength(2), wait)
  const results = platform.recordsOf('devices.command-result').map(({ body }) => [body['commandId'], body['code']])
  expect(Object.fromEntries(results)).toEqual({ good: undefined, late: 'COMMAND_EXPIRED' })
  expect(lane.ops().filter((op) => op === 'open')).toHaveLength(1)
})

test('a driver without a plate claims the lane by phone, and from elsewhere opens nothing', async () => {
  const platform = await startPlatform()
  const parking = { permits: [], rules: { policy: { ...defaultLanePolicy, temporary: true }, lanes: {}, tariffs: [] } }
  const gateway = await startTestGateway(uplinkTo(platform), { ...desired, parking })
  const lane = await startDevice(gateway, 'lane-in')
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1), wait)
  const order = { type: 'claim-lane', laneId: 'lane-in', plate: '无牌K7C3AE' } as const

  platform.send({ ...order, commandId: 'stranger', expiresAt: Date.now() + 5000 })
  await vi.waitFor(() => expect(platform.recordsOf('devices.command-result')).toHaveLength(1), wait)
  await lane.happen(plate(''))
  platform.send({ ...order, commandId: 'late', expiresAt: Date.now() - 1 })
  platform.send({ ...order, commandId: 'good', expiresAt: Date.now() + 5000 })
  await vi.waitFor(() => expect(platform.recordsOf('devices.command-result')).toHaveLength(3), wait)
  const results = platform.recordsOf('devices.command-result').map(({ body }) => [body['commandId'], body['code']])
  expect(Object.fromEntries(results)).toEqual({ stranger: 'NO_CAR_AT_LANE', late: 'COMMAND_EXPIRED', good: undefined })
  expect(lane.ops().filter((op) => op === 'open')).toHaveLength(1)
  expect(platform.recordsOf('parking.entry-opened')).toMatchObject([{ body: { matchedPlate: '无牌K7C3AE' } }])
})

test('deadlines are kept although the clocks of platform and gateway disagree', async () => {
  const platform = await startPlatform()
  const hour = 3_600_000
  platform.state.clock = () => Date.now() - hour
  const gateway = await startTestGateway(uplinkTo(platform), desired)
  const gate = await startDevice(gateway, 'gate-1')
  await vi.waitFor(() => expect(platform.ofType('batch').length).toBeGreaterThan(0), wait)
  platform.send({
    ...{ type: 'command', deviceId: 'gate-1', name: 'open', args: { holdSeconds: 5 }, commandId: 'c1' },
    expiresAt: platform.state.clock() + 5000,
  })
  await vi.waitFor(() => expect(gate.ops()).toEqual(['open']), wait)
})

test('what the platform has not acknowledged is told again after a restart, in order and with nothing lost', async () => {
  const platform = await startPlatform({ acknowledge: false })
  const before = await startTestGateway(uplinkTo(platform), desired)
  const lane = await startDevice(before, 'lane-in')
  await lane.happen(plate('沪D00001'))
  await vi.waitFor(() => expect(platform.batches()).toHaveLength(1), wait)
  await before.close()
  expect(platform.ofType('goodbye')).toHaveLength(1)

  platform.state.acknowledge = true
  platform.messages.length = 0
  const after = await startTestGateway({ ...uplinkTo(platform), GATEHOUSE_DATA: before.folder })
  await vi.waitFor(() => expect(platform.recordsOf('parking.entry-refused')).toHaveLength(1), wait)
  expect(platform.records().map(({ seq }) => seq)).toEqual(platform.records().map((_record, index) => index + 1))
  expect(platform.recordsOf('devices.announced')).toHaveLength(compound.length)

  const again = await startDevice(after, 'lane-in')
  await again.happen(plate('沪A12345'))
  await vi.waitFor(() => expect(again.ops()).toContain('open'), wait)
})

test('the platform comes and goes: readings are shown while it is there, events are never lost', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway(uplinkTo(platform), desired)
  const lane = await startDevice(gateway, 'lane-in')
  await vi.waitFor(() => expect(platform.batches().length).toBeGreaterThan(0), wait)
  const report = { arm: 'closed', loop: true, temperatureCelsius: 20 }
  await lane.report(report)
  await lane.report({ ...report, loop: false })
  await vi.waitFor(() => expect(platform.ofType('readings')).toHaveLength(1), wait)
  expect(platform.ofType('readings')[0]?.devices['lane-in']?.readings).toEqual({
    arm: 'closed',
    loop: false,
    temperature: 20,
  })
  await platform.close()
  await lane.happen(plate('沪A12345'))
  await vi.waitFor(() => expect(lane.ops()).toContain('open'), wait)

  const next = await startPlatform({ port: platform.port })
  next.state.storedSeq = platform.state.storedSeq
  await vi.waitFor(() => expect(next.recordsOf('parking.entry-opened')).toHaveLength(1), wait)
  expect(next.records()[0]?.seq).toBe(platform.state.storedSeq + 1)
})

test('what was reported while the platform was away is shown when it is back', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway(uplinkTo(platform), desired)
  const lane = await startDevice(gateway, 'lane-in')
  const report = { arm: 'closed', loop: false, temperatureCelsius: 20 }
  await lane.report(report)
  await vi.waitFor(() => expect(platform.ofType('readings')).toHaveLength(1), wait)
  await platform.close()
  await lane.report({ ...report, arm: 'open', at: 1_700_000_000_000 })

  const next = await startPlatform({ port: platform.port })
  const lastKnown = { arm: 'open', loop: false, temperature: 20 }
  await vi.waitFor(
    () =>
      expect(next.ofType('readings').map(({ devices }) => devices)).toEqual([
        { 'lane-in': { at: 1_700_000_000_000, readings: lastKnown } },
      ]),
    wait,
  )
})

test.each([
  ['alone, the gateway keeps the newest events and counts what it drops', {}, { backlog: 1000, dropped: 300 }],
  [
    'for a platform that is away, the gateway keeps every event',
    { GATEHOUSE_UPLINK_URL: 'mqtt://127.0.0.1:9' },
    { backlog: 1300, dropped: 0 },
  ],
])('%s', async (_name, uplink, { backlog, dropped }) => {
  const folder = await folderWithBacklog()
  const gateway = await startTestGateway({ ...uplink, GATEHOUSE_DATA: folder, GATEHOUSE_OUTBOX_RECORDS: '1000' })
  await vi.waitFor(async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text()
    expect(metrics).toContain(`gatehouse_outbox_backlog ${backlog}\n`)
    expect(metrics).toContain(`gatehouse_outbox_dropped ${dropped}\n`)
  }, wait)
})

test('with a long backlog, news goes ahead', async () => {
  const platform = await startPlatform()
  const folder = await folderWithBacklog()
  platform.state.acknowledge = false
  const gateway = await startTestGateway({ ...uplinkTo(platform), GATEHOUSE_DATA: folder }, desired)
  const gate = await startDevice(gateway, 'gate-1')
  await vi.waitFor(() => expect(platform.batches()).toHaveLength(1), wait)
  await gate.happen({ type: 'door-alarm', alarm: 'forced' })
  await vi.waitFor(() => expect(platform.recordsOf('access.door-alarm')).toHaveLength(1), wait)
  expect(platform.batches().map(({ lane: name }) => name)).toEqual(['backlog', 'live'])
})

test('desired state of the platform reaches the lane and is reported back', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway(uplinkTo(platform))
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1), wait)
  platform.send({ type: 'desired', area: 'devices', revision: 4, body: { devices: [...compound] } })
  platform.send({ type: 'desired', area: 'parking', revision: 7, body: { ...desired.parking } })
  await vi.waitFor(
    () =>
      expect(platform.recordsOf('devices.desired-applied').map(({ body }) => body)).toEqual([
        { area: 'devices', revision: 4, failed: [] },
        { area: 'parking', revision: 7, failed: [] },
      ]),
    wait,
  )
  const lane = await startDevice(gateway, 'lane-in')
  await lane.happen(plate('沪A12345'))
  await vi.waitFor(() => expect(lane.ops()).toContain('open'), wait)
  await gateway.close()

  await startTestGateway({ ...uplinkTo(platform), GATEHOUSE_DATA: gateway.folder })
  await vi.waitFor(() => expect(platform.ofType('hello').at(-1)?.revisions).toEqual({ devices: 4, parking: 7 }), wait)
})

test('a stranger at the broker gets nowhere, and is counted', async () => {
  const gateway = await startTestGateway({}, desired)
  await expect(startDevice(gateway, 'burglar')).rejects.toThrow(/authorized|refused/i)
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text()
  expect(metrics).toMatch(/gatehouse_refused_total\{listener="mqtt",reason="[a-z-]+"\} 1/)
  const health = (await (await fetch(`http://127.0.0.1:${gateway.httpPort}/api/health`)).json()) as object
  expect(health).toMatchObject({ ready: true, uplink: 'none', devicesOnline: 0, telemetry: 'none', disk: 'ok' })
})
