import { describe, expect, test } from 'vitest'
import { createOutbox, databases, furnish, setup, system, usePostgres, type DatabaseKind } from './setup.ts'

const databaseFor = usePostgres()
const opened = (rawPlate: string) => ({
  ...{ eventId: 'e1', direction: 'in', rawPlate, distance: 0, colour: 'blue', confidence: 99 },
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
    await house.services.records.store('gw-lake', records.slice(1), 'live')
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

  test('records that a full gateway had to drop do not hold up those after them', async () => {
    const { outbox } = await start()
    const records = [1, 2, 3].map(() => outbox.record('parking.entry-opened', opened('京A12345'), { deviceId: 'b' }))
    expect(await outbox.store(records.slice(2))).toEqual({ seq: 3 })
  })

  test('a gateway that is not registered stores nothing', async () => {
    const { house, outbox } = await start()
    const record = outbox.record('access.door-alarm', { eventId: 'e2', alarm: 'forced' })
    await expect(house.services.records.store('gw-ghost', [record], 'live')).rejects.toMatchObject({
      code: 'GATEWAY_NOT_FOUND',
    })
  })
})
