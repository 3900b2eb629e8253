import { describe, expect, test, vi } from 'vitest'
import type { ContinuityMessage } from '../src/core/ports.ts'
import type { SequenceReport } from '../src/contract/index.ts'
import {
  call,
  createOutbox,
  databases,
  furnish,
  setup,
  signInAs,
  system,
  usePostgres,
  type DatabaseKind,
} from './setup.ts'

const databaseFor = usePostgres()
const gatewayId = 'gw-garden'
const minute = 60_000

const sequence = (more: Partial<SequenceReport> = {}): SequenceReport => ({
  ...{ lastSeq: 100, gaps: 0, missing: 0, duplicates: 0, late: 0, restarts: 0, recent: [] },
  ...more,
})

const figures = (more: { backlog?: number; oldestAt?: number } = {}): NonNullable<ContinuityMessage['figures']> => ({
  outbox: { lastSeq: 500, backlog: more.backlog ?? 0, ...(more.oldestAt !== undefined && { oldestAt: more.oldestAt }) },
  telemetry: { waitingBytes: 2048, bytes: 4096, capacityBytes: 1024 ** 3, dropped: 0 },
  pictures: { bytes: 0, capacityBytes: 1024 ** 3, dropped: 0 },
  disk: { freeBytes: 5e9, bytesPerHour: 1e8, headroomHours: 50, state: 'ok' },
  memoryBytes: 1e8,
  devices: 1,
})

describe.each(databases)('continuity on %s', (kind: DatabaseKind) => {
  async function start() {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    await furnish(house)
    const { continuity } = house.services
    const tell = (message: Partial<ContinuityMessage>, gateway = gatewayId) =>
      continuity.sink.take(gateway, { type: 'continuity', clock: house.time.now, devices: [], ...message })
    const addDevice = async (id: string) => {
      await house.services.devices.put(system, id, {
        ...{ compoundId: 'garden', kind: 'barrier', name: id, place: 'x', secret: 'barrier-secret' },
      })
      await house.db.updateTable('devices').set({ online: 1 }).where('id', '=', id).execute()
    }
    const page = (only: 'all' | 'gaps' | 'silent' = 'all', offset = 0, limit = 50) =>
      continuity.get(system, gatewayId, { only, offset, limit })
    return { house, tell, addDevice, page, continuity, outbox: createOutbox(house, gatewayId) }
  }

  test('a gateway that has told nothing yet is there, without figures', async () => {
    const { continuity } = await start()
    const { gateways, platform } = await continuity.list(system)
    expect(gateways.map(({ gatewayId: id, figures: told }) => [id, told])).toEqual([
      ['gw-garden', undefined],
      ['gw-lake', undefined],
    ])
    expect(platform.disk.freeBytes).toBeGreaterThan(0)
  })

  test('figures carry the time at which they came, and their times are by our clock', async () => {
    const { house, tell, page } = await start()
    const hour = 3_600_000
    const ahead = house.time.now + hour
    await tell({ clock: ahead, figures: figures({ backlog: 7, oldestAt: ahead - 5 * minute }) })
    const { gateway } = await page()
    expect(gateway).toMatchObject({ reportedAt: house.time.now, figures: { outbox: { backlog: 7 } } })
    expect(gateway.figures?.outbox.oldestAt).toBe(house.time.now - 5 * minute)
  })

  test('the worst device comes first, and the filters leave what they say', async () => {
    const { house, tell, addDevice, page } = await start()
    const at = house.time.now
    for (const id of ['well', 'gappy', 'worse', 'silent', 'untold']) await addDevice(id)
    const recent = [{ from: 5, to: 7, after: at - 2000, before: at - 1000 }]
    await tell({
      figures: figures(),
      devices: [
        { deviceId: 'well', lastMessageAt: at, reports: sequence() },
        { deviceId: 'gappy', lastMessageAt: at, reports: sequence({ gaps: 1, missing: 3, recent }) },
        { deviceId: 'worse', lastMessageAt: at, reports: sequence(), events: sequence({ gaps: 2, missing: 9 }) },
        { deviceId: 'silent', lastMessageAt: at - 6 * minute, reports: sequence() },
        { deviceId: 'removed-long-ago', lastMessageAt: at, reports: sequence({ gaps: 5, missing: 50 }) },
      ],
    })
    const all = await page()
    expect(all.devices.slice(0, 2).map(({ deviceId, missing }) => [deviceId, missing])).toEqual([
      ['worse', 9],
      ['gappy', 3],
    ])
    expect(all.devices[1]).toMatchObject({ gaps: 1, lastGapAt: at - 1000, reports: { recent } })
    expect(all.total).toBe(6)
    expect(all.gateway.totals).toEqual({ devices: 6, withGaps: 2, missing: 12, silent: 2 })
    expect((await page('gaps')).devices.map(({ deviceId }) => deviceId)).toEqual(['worse', 'gappy'])
    // The barrier of the house has never come online.
    expect((await page('silent')).devices.map(({ deviceId }) => deviceId)).toEqual(['barrier-garden', 'silent'])
    expect((await page('all', 2, 2)).devices).toHaveLength(2)
    expect(all.devices.find(({ deviceId }) => deviceId === 'untold')).not.toHaveProperty('reportedAt')
  })

  test('of a gateway that is away nobody is said to be silent since', async () => {
    const { house, tell, addDevice, page } = await start()
    await addDevice('well')
    await tell({
      figures: figures(),
      devices: [{ deviceId: 'well', lastMessageAt: house.time.now, reports: sequence() }],
    })
    house.time.now += 60 * minute
    expect((await page('silent')).devices.map(({ deviceId }) => deviceId)).toEqual(['barrier-garden'])
  })

  test('missing records are found in the table, wherever they are missing', async () => {
    const { house, outbox, page, continuity } = await start()
    const records = Array.from({ length: 12 }, () => outbox.record('parking.lane-painted', {}))
    await outbox.store(records.slice(0, 5))
    expect((await page()).gateway.stored).toMatchObject({ lastSeq: 5, checkedSeq: 5, stored: 5, missing: 0, gaps: [] })

    // The gateway had to give up 6 and 7; somebody has deleted 10.
    await outbox.store(records.slice(7))
    await house.db.deleteFrom('area_events').where('seq', '=', 10).execute()
    await continuity.check()
    expect((await page()).gateway.stored).toMatchObject({
      ...{ lastSeq: 12, checkedSeq: 12, stored: 9, missing: 3 },
      gaps: [
        { epoch: 1, from: 6, to: 7 },
        { epoch: 1, from: 10, to: 10 },
      ],
    })
  })

  test('a gateway that counts anew after losing its store has lost nothing here by that', async () => {
    const { house, outbox, page } = await start()
    await outbox.store([1, 2, 3].map(() => outbox.record('parking.lane-painted', {})))
    const hello = { version: '1', bootId: 'b', clock: house.time.now, lastSeq: 0, backlog: 0, revisions: {} }
    await house.services.registry.hello(gatewayId, hello)
    const anew = createOutbox(house, gatewayId)
    await anew.store([1, 2].map(() => anew.record('parking.lane-painted', {})))
    expect((await page()).gateway.stored).toMatchObject({ lastSeq: 2, checkedSeq: 2, stored: 5, missing: 0 })
  })

  test('news that went ahead of a backlog is no gap', async () => {
    const { outbox, page } = await start()
    const records = Array.from({ length: 4 }, () => outbox.record('parking.lane-painted', {}))
    await outbox.store(records.slice(3), 'live')
    expect((await page()).gateway.stored).toMatchObject({ missing: 0, stored: 0 })
    await outbox.store(records)
    expect((await page()).gateway.stored).toMatchObject({ missing: 0, stored: 4 })
  })

  test('records that were not understood are counted', async () => {
    const { outbox, page } = await start()
    await outbox.store([
      outbox.record('access.door-alarm', { nonsense: true }),
      outbox.record('parking.lane-painted', {}),
    ])
    expect((await page()).gateway.stored).toMatchObject({ problems: 1, stored: 2 })
  })

  test('the last day is kept, one moment every five minutes', async () => {
    const { house, tell, page } = await start()
    for (let passed = 0; passed < 26 * 60; passed += 4) {
      await tell({ figures: figures({ backlog: passed }) })
      house.time.now += 4 * minute
    }
    const { history } = await page()
    expect(history.length).toBeLessThanOrEqual(288)
    expect(history[0]?.at).toBeGreaterThan(house.time.now - 24 * 60 * minute - 8 * minute)
    const steps = history.slice(1).map(({ at }, index) => at - (history[index]?.at ?? 0))
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(5 * minute)
  })

  test('a loss of telemetry is one alert that grows and ends by itself, and is known to the chart', async () => {
    const { house, outbox, continuity, page } = await start()
    const { now } = house.time
    const dropped = (count: number, to: number, over: boolean) =>
      outbox.record('telemetry.dropped', { count, from: now - 60_000, to, reason: 'spool-full', over })
    await outbox.store([dropped(10, now, false)])
    await outbox.store([dropped(25, now + 1000, false)])
    const { alerts } = house.services
    expect(await alerts.list(system, {})).toMatchObject([
      { type: 'telemetry.dropped', state: 'open', details: { count: 25 } },
    ])
    await outbox.store([dropped(30, now + 2000, true)])
    expect(await alerts.list(system, {})).toMatchObject([
      { state: 'resolved', resolvedBy: 'system', details: { count: 30 } },
    ])

    const loss = { from: now - 60_000, to: now + 2000, count: 30, reason: 'spool-full' }
    const losses = (from: number, to: number) => continuity.losses(system, 'barrier-garden', { from, to })
    expect(await losses(now, now + 1)).toEqual([loss])
    expect(await losses(now + 2001, now + 9000)).toEqual([])
    expect((await page()).losses).toEqual([loss])
  })

  test('a gateway of another community is not there', async () => {
    const { house } = await start()
    const cookie = await signInAs(house, { username: 'west', role: 'guard', scope: 'riverside/west' })
    const { getContinuity, listContinuity } = await import('../src/contract/index.ts')
    expect(await call(house, getContinuity, { params: { gatewayId }, cookie })).toMatchObject({ status: 404 })
    const { body } = await call(house, listContinuity, { cookie })
    expect(body).toMatchObject({ gateways: [{ gatewayId: 'gw-lake' }] })
  })

  test('consoles hear of a change once, however many pages it came in', async () => {
    const { house, tell, continuity } = await start()
    const publish = vi.spyOn(house.services.publisher, 'publish')
    await continuity.flush()
    publish.mockClear()
    await tell({ figures: figures() })
    await tell({})
    await continuity.flush()
    await continuity.flush()
    const heard = publish.mock.calls.filter(([event]) => event === 'continuity:changed')
    expect(heard).toHaveLength(1)
    expect(heard[0]?.[2]).toMatchObject({ gatewayId, figures: { outbox: { lastSeq: 500 } } })
  })

  test('whoever measures sees the same', async () => {
    const { house, tell } = await start()
    await tell({ figures: figures() })
    const text = await house.metrics.registry.metrics()
    expect(text).toContain('gatehouse_gateway_telemetry_waiting_bytes{gateway="gw-garden"} 2048')
    expect(text).toMatch(/gatehouse_platform_disk_free_bytes \d+/)
  })
})
