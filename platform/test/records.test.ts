import { describe, expect, test } from 'vitest'
import { createOutbox, databases, furnish, setup, system, usePostgres, type DatabaseKind } from './setup.ts'

const databaseFor = usePostgres()
const opened = (rawPlate: string) => ({
  ...{ eventId: `read-${rawPlate}`, direction: 'in', rawPlate, distance: 0, colour: 'blue', confidence: 99 },
  ...{ decision: 'open', rule: 'monthly', reason: 'Welcome' },
})

describe.each(databases)('records on %s', (kind: DatabaseKind) => {
  async function start() {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    await furnish(house)
    return { house, outbox: createOutbox(house, 'gw-garden') }
  }
  const passages = (house: Awaited<ReturnType<typeof start>>['house']) => house.services.parking.passages(system, {})

  test('a batch that comes twice is stored once', async () => {
    const { house, outbox } = await start()
    const records = ['京A12345', '京B12345'].map((plate) =>
      outbox.record('parking.entry-opened', opened(plate), { deviceId: 'barrier-garden' }),
    )
    expect(await outbox.store(records)).toEqual({ seq: 2 })
    expect(await outbox.store(records)).toEqual({ seq: 2 })
    expect(await passages(house)).toHaveLength(2)
  })

  test('news that went ahead of the backlog is not told again with it', async () => {
    const { house, outbox } = await start()
    const old = outbox.record('parking.entry-opened', opened('京A12345'), { deviceId: 'barrier-garden' })
    const news = outbox.record('access.door-alarm', { eventId: 'e2', alarm: 'forced' }, { deviceId: 'gate-1' })
    expect(await outbox.store([news], 'live')).toEqual({ seq: 0 })
    expect(await outbox.store([old, news])).toEqual({ seq: 2 })
    expect(await house.services.alerts.list(system, {})).toHaveLength(1)
    expect(await passages(house)).toHaveLength(1)
  })

  test('the same batch over both lanes at once is stored once', async () => {
    const { house, outbox } = await start()
    const record = outbox.record('access.door-alarm', { eventId: 'e2', alarm: 'forced' }, { deviceId: 'gate-1' })
    await Promise.all([outbox.store([record], 'live'), outbox.store([record]), outbox.store([record], 'live')])
    expect(await house.services.alerts.list(system, {})).toHaveLength(1)
  })

  test('what is not understood is kept and stops nothing', async () => {
    const { house, outbox } = await start()
    const records = [
      outbox.record('parking.entry-opened', { nonsense: true }, { deviceId: 'barrier-garden' }),
      outbox.record('parking.lane-painted', { colour: 'red' }),
      outbox.record('parking.entry-opened', opened('京A12345'), { deviceId: 'barrier-garden' }),
    ]
    expect(await outbox.store(records)).toEqual({ seq: 3 })
    expect(await passages(house)).toHaveLength(1)
    const rows = await house.db.selectFrom('area_events').select(['seq', 'problem']).orderBy('seq').execute()
    expect(rows.map(({ problem }) => problem !== null)).toEqual([true, false, false])
  })

  test('a record that an area fails on is kept; the others of its batch are acted on', async () => {
    const { house, outbox } = await start()
    const records = [
      outbox.record('parking.entry-opened', opened('京A12345'), { deviceId: 'barrier-garden' }),
      outbox.record('parking.entry-opened', opened('京B12345'), { deviceId: 'barrier-garden' }),
    ]
    // A passage of that number that is there already: the second record breaks the table's key.
    await house.services.records.store('gw-lake', {
      ...{ records: records.slice(1), lane: 'live', clock: house.time.now },
    })
    await house.db.updateTable('passages').set({ id: 'gw-garden.1.2' }).execute()
    expect(await outbox.store(records)).toEqual({ seq: 2 })
    const rows = await house.db
      .selectFrom('area_events')
      .select('problem')
      .where('gateway_id', '=', 'gw-garden')
      .orderBy('seq')
      .execute()
    expect(rows.map(({ problem }) => problem !== null)).toEqual([false, true])
  })

  test('a gateway that lost its store counts anew and nothing is taken for a repetition', async () => {
    const { house, outbox } = await start()
    await outbox.store([outbox.record('parking.entry-opened', opened('京A12345'), { deviceId: 'barrier-garden' })])
    const hello = { version: '1', bootId: 'b', clock: house.time.now, lastSeq: 0, backlog: 0, revisions: {} }
    expect(await house.services.registry.hello('gw-garden', hello)).toMatchObject({ seq: 0 })
    const anew = createOutbox(house, 'gw-garden')
    await anew.store([anew.record('parking.entry-opened', opened('京B12345'), { deviceId: 'barrier-garden' })])
    expect(await passages(house)).toHaveLength(2)
  })

  test('a read that is told again under another number is one passage, a second decision about it another', async () => {
    const { house, outbox } = await start()
    const at = house.time.now
    const paying = { ...opened('京A12345'), decision: 'pay', rule: 'unpaid', dueFen: 700 }
    const read = { deviceId: 'barrier-garden', at }
    await outbox.store([outbox.record('parking.exit-unpaid', paying, read)])
    const hello = { version: '1', bootId: 'b', clock: at, lastSeq: 0, backlog: 0, revisions: {} }
    await house.services.registry.hello('gw-garden', hello)
    const anew = createOutbox(house, 'gw-garden')
    const refused = { ...opened('京A12345'), decision: 'refuse', rule: 'unknown' }
    expect(
      await anew.store([
        anew.record('parking.exit-refused', refused, { ...read, late: true }),
        anew.record('parking.exit-opened', opened('京A12345'), { ...read, at: at + 40_000 }),
      ]),
    ).toEqual({ seq: 2 })
    const rows = await house.db.selectFrom('area_events').select('problem').execute()
    expect(rows.map(({ problem }) => problem)).toEqual([null, null, null])
    expect((await passages(house)).map(({ decision }) => decision)).toEqual(['open', 'pay'])
  })

  test('a gateway that was mended sends again what was not acknowledged, and nothing stands twice', async () => {
    const { house, outbox } = await start()
    const { registry } = house.services
    const hello = (lastSeq: number, id: string, earlier: { id: string; lastSeq: number }[] = []) =>
      registry.hello('gw-garden', {
        ...{ version: '1', bootId: 'b', clock: house.time.now, lastSeq, backlog: 0, revisions: {} },
        outbox: { id, earlier },
      })
    await hello(0, 'first')
    const alarm = (n: number) => outbox.record('access.door-alarm', { eventId: `e${n}`, alarm: 'forced' })
    const [told, untold, ahead] = [alarm(1), alarm(2), alarm(3)]
    await outbox.store([told])
    await outbox.store([ahead], 'live')

    // Numbers up to 3 are the same in both outboxes; 4 would have been another record.
    expect(await hello(4, 'second', [{ id: 'first', lastSeq: 3 }])).toMatchObject({ seq: 1 })
    expect(await outbox.store([untold, ahead, alarm(4)])).toEqual({ seq: 4 })
    expect(await house.services.alerts.list(system, {})).toHaveLength(4)
  })

  test('a number that is missing within a backlog does not hold up those after it', async () => {
    const { outbox } = await start()
    const records = [1, 2, 3].map(() => outbox.record('access.door-alarm', { eventId: 'e', alarm: 'forced' }))
    expect(await outbox.store(records.filter(({ seq }) => seq !== 2))).toEqual({ seq: 3 })
  })

  test('records that a full gateway had to drop do not hold up those after them', async () => {
    const { outbox } = await start()
    const records = [1, 2, 3].map(() => outbox.record('parking.entry-opened', opened('京A12345'), { deviceId: 'b' }))
    expect(await outbox.store(records.slice(2))).toEqual({ seq: 3 })
  })

  test('what was sent long after it happened is late, whatever the clocks of gateway and platform show', async () => {
    const { house, outbox } = await start()
    const hour = 3_600_000
    const sentAt = house.time.now - hour
    const at = (ageMs: number) => ({ deviceId: 'barrier-garden', at: sentAt - ageMs })
    const happened = (eventId: string, ageMs: number) => [
      outbox.record('access.door-alarm', { eventId, alarm: 'forced' }, at(ageMs)),
      outbox.record('parking.entry-opened', { ...opened('京A12345'), eventId }, at(ageMs)),
      outbox.record(
        'access.entry-granted',
        { eventId, method: 'card', decision: 'open', rule: 'resident', reason: 'Welcome' },
        at(ageMs),
      ),
    ]
    const batch = [...happened('old', 60_001), ...happened('new', 60_000), ...happened('ahead', -hour)]
    await outbox.store(batch, 'backlog', sentAt)
    const { alerts, access } = house.services
    for (const list of [alerts.list(system, {}), passages(house), access.entries(system, {})]) {
      const lateOnes = (await list).filter(({ late }) => late).map((item) => item.at)
      expect(lateOnes).toEqual([sentAt - 60_001])
    }
    const rows = await house.db.selectFrom('area_events').select('late').orderBy('seq').execute()
    expect(rows.map(({ late }) => late)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0])
  })

  test('a gateway that is not registered stores nothing', async () => {
    const { house, outbox } = await start()
    const record = outbox.record('access.door-alarm', { eventId: 'e2', alarm: 'forced' })
    await expect(
      house.services.records.store('gw-ghost', { records: [record], lane: 'live', clock: house.time.now }),
    ).rejects.toMatchObject({
      code: 'GATEWAY_NOT_FOUND',
    })
  })
})
