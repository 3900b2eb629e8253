import { describe, expect, test } from 'vitest'
import { createOutbox, databases, furnish, setup, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()
const guard = { username: 'guard', role: 'guard', scope: 'riverside/east' } as const
const barrier = { deviceId: 'barrier-garden' }
const gone = { online: false, reason: 'silent' }
const back = { online: true, reason: 'connected' }

describe.each(databases)('alerts on %s', (kind) => {
  async function start() {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    await furnish(house)
    const outbox = createOutbox(house, 'gw-garden')
    const report = (type: string, body: object, more: object = barrier) =>
      outbox.store([outbox.record(type, body, more)])
    await report('devices.online-changed', back)
    house.time.now += 1000
    const { alerts } = house.services
    return { house, ...house.services, outbox, report, list: () => alerts.list(system, {}) }
  }

  test('the life of an alert, with who and when', async () => {
    const { house, report, alerts, list } = await start()
    const alarm = { eventId: 'e1', alarm: 'smoke', severity: 'critical', building: '3' }
    await report('sensors.alarm-raised', alarm)
    const [raised] = await list()
    expect(raised).toMatchObject({ type: 'sensors.smoke', severity: 'critical', state: 'open', late: false })
    const id = raised?.id ?? ''
    const at = (house.time.now += 5000)
    expect(await alerts.acknowledge(guard, id)).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'guard',
      acknowledgedAt: at,
    })
    await expect(alerts.acknowledge(guard, id)).rejects.toMatchObject({ code: 'ALERT_STATE' })
    expect(await alerts.note(guard, id, 'Toast')).toMatchObject({ notes: [{ by: 'guard', text: 'Toast', at }] })
    expect(await alerts.resolve(guard, id, 'False alarm')).toMatchObject({ state: 'resolved', resolvedBy: 'guard' })
    expect(await alerts.list(system, { state: 'unresolved' })).toEqual([])
    const reopened = await alerts.reopen(guard, id)
    expect(reopened).toMatchObject({ state: 'open', notes: [{ text: 'Toast' }, { text: 'False alarm' }] })
    expect(reopened).not.toHaveProperty('resolvedBy')
  })

  test('of two people who close at once one is told', async () => {
    const { report, alerts, list } = await start()
    await report('access.door-alarm', { eventId: 'e1', alarm: 'forced' })
    const id = (await list())[0]?.id ?? ''
    const outcomes = await Promise.allSettled([alerts.resolve(guard, id), alerts.resolve(system, id)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('an alarm that has gone stays open and says so', async () => {
    const { house, report, list } = await start()
    await report('sensors.alarm-raised', { eventId: 'e1', alarm: 'smoke', severity: 'critical' })
    await report('sensors.alarm-cleared', { eventId: 'e2', alarm: 'smoke' })
    expect(await list()).toMatchObject([{ state: 'open', details: { clearedAt: house.time.now } }])
  })

  test('a device that is away is told once, and closed by the system when it is back', async () => {
    const { report, list } = await start()
    await report('devices.online-changed', gone)
    await report('devices.online-changed', gone)
    expect(await list()).toMatchObject([{ type: 'devices.offline', state: 'open' }])
    await report('devices.online-changed', back)
    expect(await list()).toMatchObject([{ state: 'resolved', resolvedBy: 'system' }])
  })

  test('a gateway that stays away is one alert; it is closed when the gateway is back', async () => {
    const { house, registry, absences, list } = await start()
    await registry.setOnline('gw-garden', false)
    await absences.lookForAbsences()
    expect(await list()).toEqual([])
    house.time.now += 31_000
    await absences.lookForAbsences()
    await absences.lookForAbsences()
    expect(await list()).toMatchObject([{ type: 'devices.gateway-offline', details: { gatewayId: 'gw-garden' } }])
    await registry.setOnline('gw-garden', true)
    expect(await list()).toMatchObject([{ state: 'resolved', resolvedBy: 'system' }])
  })

  test('devices that went away with their gateway are told only if they do not come back with it', async () => {
    const { house, registry, absences, report, list } = await start()
    await registry.setOnline('gw-garden', false)
    await report('devices.online-changed', gone)
    house.time.now += 10_000
    await registry.setOnline('gw-garden', true)
    await report('devices.online-changed', { ...gone, reason: 'disconnected' })
    await absences.lookForAbsences()
    expect(await list()).toEqual([])
    house.time.now += 61_000
    await absences.lookForAbsences()
    await absences.lookForAbsences()
    expect(await list()).toMatchObject([{ type: 'devices.offline', deviceId: 'barrier-garden' }])
  })

  test('what a device or gateway reports after the fact is marked late', async () => {
    const { house, report, list } = await start()
    await report('access.stranger', stranger, { ...barrier, at: house.time.now - 3600_000 })
    await report('access.stranger', stranger, { ...barrier, late: true })
    expect((await list()).map(({ late }) => late)).toEqual([true, true])
  })

  test('pages follow each other without a gap', async () => {
    const { house, report, alerts } = await start()
    for (let index = 0; index < 5; index += 1) {
      house.time.now += 1000
      await report('access.door-alarm', { eventId: `e${index}`, alarm: 'forced' })
    }
    const first = await alerts.list(system, { limit: 3 })
    const rest = await alerts.list(system, { limit: 3, before: first.at(-1)?.at ?? 0 })
    expect([first.length, rest.length]).toEqual([3, 2])
  })
})

const stranger = { eventId: 'e1', method: 'face', decision: 'refuse', rule: 'stranger', reason: 'Not known here' }
