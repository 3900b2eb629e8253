import { describe, expect, test } from 'vitest'
import type { LotView } from '../src/contract/index.ts'
import { hour, keeper, laneOf, minute, openLot, picture, stranger } from './parking-setup.ts'
import { createLotNews } from '../src/modules/parking/lot-news.ts'
import { createOutbox, databases, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()

describe.each(databases)('stays on %s', (kind) => {
  const open = () => openLot(databaseFor, kind)

  test('a stay is told once, however often its gateway tells of it', async () => {
    const { enter, leave, services, time } = await open()
    const stays = () => services.parking.sessions.list(system, {})
    await enter('京A12345', { picture: picture('a') })
    await enter('京A12345', { rawPlate: 'other' })
    expect(await stays()).toMatchObject([{ state: 'inside', plate: '京A12345', rawPlate: '京A12345' }])
    time.now += hour
    await leave('京A12345', { feeFen: 500, paidFen: 500, picture: picture('b') })
    const [first] = await stays()
    expect(first).toMatchObject({
      ...{ state: 'closed', feeFen: 500, paidFen: 500, exitLaneId: 'lane-out', leftAt: time.now, tariffVersion: 1 },
      ...{ entryPicture: picture('a'), exitPicture: picture('b') },
    })
    expect(first).not.toHaveProperty('note')
    time.now += hour
    await enter('京A12345')
    await leave('京A12345', { feeFen: 900 })
    await leave('京A12345', { outcome: 'ghost' })
    expect(await stays()).toEqual([first])
  })

  test('an end that comes before its beginning waits for it', async () => {
    const { opened, leave, tell, services, time } = await open()
    const enteredAt = time.now
    time.now += hour
    await leave('京A12345', { outcome: 'ghost' })
    await leave('京A12345', { feeFen: 500 })
    expect(await services.parking.sessions.list(system, {})).toEqual([])
    await tell('parking.session-opened', opened('京A12345', { enteredAt }), { deviceId: 'lane-in' })
    expect(await services.parking.sessions.list(system, {})).toMatchObject([
      { state: 'closed', feeFen: 500, enteredAt, leftAt: time.now },
    ])
  })

  test('a ghost that is seen to leave has left', async () => {
    const { enter, leave, services } = await open()
    await enter('京A12345')
    await leave('京A12345', { outcome: 'ghost' })
    expect(await services.parking.sessions.list(system, { state: 'ghost' })).toHaveLength(1)
    await leave('京A12345')
    expect(await services.parking.sessions.list(system, { state: 'closed' })).toHaveLength(1)
  })

  test('another compound cannot end a stay', async () => {
    const { enter, closed, services, house } = await open()
    await enter('京A12345')
    const lake = createOutbox(house, 'gw-lake')
    await lake.store([lake.record('parking.session-closed', closed('京A12345'), { deviceId: 'barrier-lake' })])
    expect(await services.parking.sessions.list(system, {})).toMatchObject([{ state: 'inside' }])
  })

  test('a fee that the platform would compute differently is noted and counted', async () => {
    const { enter, leave, services, time, house } = await open()
    await enter('京A12345')
    time.now += hour
    await leave('京A12345', { feeFen: 700, note: 'raised by hand' })
    const [stay] = await services.parking.sessions.list(system, {})
    expect(stay?.note).toBe('raised by hand; the platform computes 500 fen, the lane charged 700')
    expect(await house.metrics.registry.getSingleMetricAsString('gatehouse_parking_fee_differences_total')).toContain(
      'gatehouse_parking_fee_differences_total 1',
    )
  })

  test('what a permit lets in is not charged, and from its end on it is', async () => {
    const { enter, leave, services, time } = await open()
    const [now, end] = [time.now, time.now + hour]
    await services.parking.permits.replace(system, 'garden', [
      { plate: '京A12345', kind: 'monthly', holder: 'Li' },
      { plate: '京A12346', kind: 'monthly', holder: 'Li', validUntil: end },
    ])
    await enter('京A12345', { right: 'monthly' })
    await enter('京A12346', { right: 'monthly' })
    time.now = now + 2 * hour
    await leave('京A12345')
    await leave('京A12346', { feeFen: 500 })
    const stays = await services.parking.sessions.list(system, {})
    expect(stays.map(({ feeFen, note }) => [feeFen, note]).sort()).toEqual([
      [0, undefined],
      [500, undefined],
    ])
  })

  test('any part of a plate finds it, and nothing is a wildcard', async () => {
    const { enter, services, time } = await open()
    for (const plate of ['京A12345', '沪A12399', '粤B54321']) {
      time.now += minute
      await enter(plate)
    }
    await enter('', { sessionId: 'lane-in/qr1', rawPlate: '' })
    const find = async (plate: string) =>
      (await services.parking.sessions.list(system, { plate })).map((stay) => stay.plate)
    expect(await find('A123')).toEqual(['沪A12399', '京A12345'])
    expect(await find('京a·12')).toEqual(['京A12345'])
    expect(await find('321')).toEqual(['粤B54321'])
    expect(await find('%')).toEqual([])
    expect(await find('京_1')).toEqual([])
    expect(await find('--')).toEqual([])
  })

  test('stays are paged and filtered, and seen only from their own area', async () => {
    const { enter, leave, services, time } = await open()
    const start = time.now
    for (const plate of ['京A12345', '京A12346', '京A12347']) {
      await enter(plate)
      time.now += hour
    }
    await leave('京A12345', { leftAt: start + 10 * minute })
    const list = (filter: object) => services.parking.sessions.list(system, filter)
    expect(await list({ limit: 2 })).toMatchObject([{ plate: '京A12347' }, { plate: '京A12346' }])
    expect(await list({ before: start + hour })).toMatchObject([{ plate: '京A12345' }])
    expect(await list({ state: 'inside', from: start + hour, to: start + 2 * hour })).toMatchObject([
      { plate: '京A12346' },
    ])
    expect(await list({ compoundId: 'lake' })).toEqual([])
    expect(await services.parking.sessions.list(stranger, {})).toEqual([])
    await expect(services.parking.sessions.detail(stranger, 'lane-in/京A12345')).rejects.toMatchObject({
      code: 'PARKING_SESSION_NOT_FOUND',
    })
  })

  test('one stay shows what its fee consists of', async () => {
    const { enter, services, time } = await open()
    const enteredAt = time.now
    await enter('京A12345')
    time.now += 61 * minute
    const detail = await services.parking.sessions.detail(keeper, 'lane-in/京A12345')
    expect(detail).toMatchObject({ dueFen: 700, payments: [], session: { state: 'inside', enteredAt } })
    expect(detail.lines.reduce((sum, { fen }) => sum + fen, 0)).toBe(700)
  })

  test('the stay of a plate that is inside is found for whoever takes money', async () => {
    const { enter, leave, services } = await open()
    await enter('京A12345')
    expect(await services.parking.sessions.sessionForPlate('garden', '京a·12345')).toMatchObject({ state: 'inside' })
    expect(await services.parking.sessions.sessionForPlate('lake', '京A12345')).toBeUndefined()
    await leave('京A12345')
    expect(await services.parking.sessions.sessionForPlate('garden', '京A12345')).toBeUndefined()
  })
})

describe.each(databases)('lots on %s', (kind) => {
  const open = () => openLot(databaseFor, kind)

  test('a lot shows who is inside and what its lanes have read', async () => {
    const { enter, decide, services, time } = await open()
    const { policy } = await services.parking.rules.get(system, 'garden')
    await services.parking.rules.putPolicies(system, 'garden', { policy, lanes: {}, capacity: 80 })
    await enter('京A12345')
    for (let read = 1; read <= 7; read += 1) {
      time.now += minute
      await decide('lane-out', 'exit-unpaid', { rule: 'unpaid', reason: `${read}`, dueFen: read, sessionId: 's1' })
    }
    services.readings.watch.readings('gw-garden', { 'lane-out': { at: 5, readings: { arm: 'closed', loop: true } } })
    await services.readings.flush()
    const lots = await services.parking.lots.list(keeper, {})
    expect(lots).toMatchObject([{ compoundId: 'garden', inside: 1, capacity: 80 }])
    const lane = laneOf(lots, 'lane-out')
    expect(lane).toMatchObject({
      ...{ direction: 'out', name: '南门出口', online: true, arm: 'closed', loop: true, cameraId: 'cam-out' },
    })
    expect(lane?.reads.map(({ reason, dueFen }) => [reason, dueFen])).toEqual(
      [7, 6, 5, 4, 3].map((read) => [String(read), read]),
    )
    expect(laneOf(lots, 'lane-in')).not.toHaveProperty('cameraId')
    expect(await services.parking.lots.list(stranger, {})).toMatchObject([{ compoundId: 'lake', inside: 0 }])
    await expect(services.parking.lots.list(stranger, { compoundId: 'garden' })).rejects.toThrow()
  })

  test('a queue is shown until it has gone; an older word does not bring it back', async () => {
    const { tell, services, time } = await open()
    const queue = (queueing: boolean, at: number) =>
      tell('parking.queue-changed', { queueing, cars: 4, since: at }, { deviceId: 'lane-in', at })
    const shown = async () => laneOf(await services.parking.lots.list(keeper, {}), 'lane-in')?.queue
    await queue(true, time.now)
    expect(await shown()).toEqual({ since: time.now, cars: 4 })
    await queue(false, time.now + 2000)
    await queue(true, time.now + 1000)
    expect(await shown()).toBeUndefined()
  })

  test('a lot that changes much is told of once a second, and the last change is told', async () => {
    const { enter, services } = await open()
    const told: LotView[] = []
    const news = createLotNews({
      publisher: { publish: (_event, _compoundId, lot) => void told.push(lot as LotView) },
      viewOf: services.parking.lots.view,
    })
    await news.flush()
    expect(told).toEqual([])
    for (const plate of ['京A12345', '京A12346', '京A12347']) {
      await enter(plate)
      news.touched('garden')
    }
    await news.flush()
    expect(told.map(({ inside }) => inside)).toEqual([3])
    await enter('京A12348') // stored after the look, though told of before
    await news.flush()
    await news.flush()
    expect(told.map(({ inside }) => inside)).toEqual([3, 4])
  })
})
