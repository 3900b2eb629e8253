import { describe, expect, test } from 'vitest'
import { guard, keeper, minute, openLot, picture, stranger } from './parking-setup.ts'
import { databases, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()

describe.each(databases)('tickets and alerts of lanes on %s', (kind) => {
  async function open() {
    const lot = await openLot(databaseFor, kind)
    const anomaly = (body: object, more: object = {}) =>
      lot.tell('parking.lane-anomaly', { eventId: 'a1', direction: 'in', ...body }, { deviceId: 'lane-in', ...more })
    const alerts = async () =>
      (await lot.services.alerts.list(system, {})).map(({ type, severity, state }) => [type, severity, state])
    return { ...lot, tickets: lot.services.parking.tickets, anomaly, alerts }
  }

  test('a car that stands where it must not is reported and cleared', async () => {
    const { tickets, time } = await open()
    const report = {
      kind: 'illegal-parking' as const,
      place: 'Fire lane, building 3',
      plate: '京A12345',
      note: 'again',
    }
    const ticket = await tickets.open(guard, 'garden', report)
    expect(ticket).toMatchObject({ ...report, state: 'open', openedBy: 'guard1', openedAt: time.now })
    time.now += minute
    await expect(tickets.close(stranger, ticket.ticketId, { state: 'cleared' })).rejects.toMatchObject({
      code: 'TICKET_NOT_FOUND',
    })
    expect(await tickets.close(keeper, ticket.ticketId, { state: 'cleared', note: 'moved' })).toMatchObject({
      ...{ state: 'cleared', closedBy: 'office', closedAt: time.now, note: 'again\nmoved' },
    })
    await expect(tickets.close(guard, ticket.ticketId, { state: 'dismissed' })).rejects.toMatchObject({
      code: 'TICKET_CLOSED',
    })
    expect(await tickets.list(guard, { state: 'open' })).toEqual([])
    expect(await tickets.list(guard, {})).toHaveLength(1)
    expect(await tickets.list(stranger, {})).toEqual([])
    await expect(tickets.open(guard, 'garden', { ...report, laneId: 'barrier-lake' })).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    })
  })

  test('a lane that reports itself blocked opens one ticket, once', async () => {
    const { tickets, anomaly } = await open()
    await anomaly({ kind: 'blocked', picture: picture('a') })
    await anomaly({ kind: 'blocked', eventId: 'a2' })
    const [ticket, ...more] = await tickets.list(guard, {})
    expect([ticket, more]).toMatchObject([
      { kind: 'blocked-lane', laneId: 'lane-in', openedBy: 'system', picture: picture('a') },
      [],
    ])
    await tickets.close(guard, ticket?.ticketId ?? '', { state: 'cleared' })
    await anomaly({ kind: 'blocked' })
    expect(await tickets.list(guard, { state: 'open' })).toEqual([])
    await anomaly({ kind: 'blocked', eventId: 'a3' })
    expect(await tickets.list(guard, { state: 'open' })).toHaveLength(1)
  })

  test('anomalies are as urgent as they are', async () => {
    const { anomaly, alerts } = await open()
    await anomaly({ kind: 'tailgating' })
    expect(await alerts()).toEqual([['parking.lane-anomaly', 'minor', 'open']])
    await anomaly({ kind: 'forced-opening' })
    expect(await alerts()).toContainEqual(['parking.lane-anomaly', 'major', 'open'])
  })

  test('a queue is one alert and ends by itself', async () => {
    const { tell, alerts, time } = await open()
    const queue = (queueing: boolean) =>
      tell('parking.queue-changed', { queueing, cars: 4, since: time.now }, { deviceId: 'lane-in' })
    await queue(true)
    await queue(true)
    expect(await alerts()).toEqual([['parking.queue-changed', 'major', 'open']])
    await queue(false)
    expect(await alerts()).toEqual([['parking.queue-changed', 'major', 'resolved']])
  })

  test('a car that is refused for good is still an alert', async () => {
    const { decide, alerts } = await open()
    await decide('lane-in', 'entry-refused', { rule: 'blacklist' })
    expect(await alerts()).toEqual([['parking.entry-refused', 'major', 'open']])
  })
})
