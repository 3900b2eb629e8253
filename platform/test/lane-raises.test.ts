import { describe, expect, test } from 'vitest'
import { raiseLane } from '../src/contract/index.ts'
import { guard, hour, minute, openLot, otherGuard, picture, stranger } from './parking-setup.ts'
import { call, databases, signInAs, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()

describe.each(databases)('remote raises on %s', (kind) => {
  async function open() {
    const lot = await openLot(databaseFor, kind)
    const { laneCalls } = lot.services
    const result = (commandId: string, more: object = {}) =>
      lot.tell('devices.command-result', { commandId, ok: true, ...more }, { deviceId: 'lane-out' })
    const raise = (more: object = {}, laneId = 'lane-out', caller = guard) =>
      laneCalls.raises.raise(caller, laneId, { reason: 'resident-known', plate: 'none', waivedFen: 0, ...more })
    const list = () => laneCalls.raises.list(system, {})
    return { ...lot, laneCalls, result, raise, list }
  }

  test('a raise is in the command ledger, and everything about it is kept for the review', async () => {
    const { enter, tell, laneCalls, raise, result, sent, services, time, list } = await open()
    await enter('京A12345')
    time.now += 2 * hour
    const help = { eventId: 'help1', picture: picture('a'), sessionId: 'lane-in/京A12345', dueFen: 700 }
    await tell('parking.help-requested', help, { deviceId: 'lane-out' })
    await laneCalls.answer(guard, 'lane-out/help1')
    const raised = await raise({
      ...{ callId: 'lane-out/help1', reason: 'payment-impossible', note: 'phone is empty', plate: '京a·12345' },
      waivedFen: 300,
    })
    expect(raised).toMatchObject({
      ...{ compoundId: 'garden', laneId: 'lane-out', by: 'guard1', at: time.now, callId: 'lane-out/help1' },
      ...{ reason: 'payment-impossible', note: 'phone is empty', plate: '京A12345', sessionId: 'lane-in/京A12345' },
      ...{ waivedFen: 300, pictureBefore: picture('a') },
    })
    const { commandId } = raised
    expect(sent('raise-lane')).toEqual([
      {
        ...{ type: 'raise-lane', commandId, laneId: 'lane-out', plate: '京A12345', sessionId: 'lane-in/京A12345' },
        ...{ waivedFen: 300, expiresAt: time.now + 10_000 },
      },
    ])
    expect(await services.commands.get(system, commandId)).toMatchObject({
      ...{ name: 'raise', state: 'sent', deviceId: 'lane-out', by: 'guard1', reason: 'payment-impossible' },
      args: { raiseId: raised.raiseId, waivedFen: 300 },
    })
    await services.commandProgress.accepted('gw-garden', commandId)
    await result(commandId)
    expect(await services.commands.get(system, commandId)).toMatchObject({ state: 'done' })
    expect(await laneCalls.list(guard, { state: 'all' })).toMatchObject([{ state: 'ended', outcome: 'raised' }])

    time.now += 7000
    await laneCalls.tick()
    await laneCalls.tick()
    const [snapshot, ...more] = sent('command')
    expect([snapshot, more]).toMatchObject([{ deviceId: 'cam-out', name: 'snapshot' }, []])
    await result(snapshot?.commandId ?? '', { data: { picture: picture('c') } })
    expect(await list()).toMatchObject([{ pictureBefore: picture('a'), pictureAfter: picture('c') }])
  })

  test('without a picture from the call the camera of the lane is asked for one', async () => {
    const { raise, result, sent, list } = await open()
    await raise()
    const [snapshot] = sent('command')
    expect(snapshot).toMatchObject({ deviceId: 'cam-out', name: 'snapshot' })
    await result(snapshot?.commandId ?? '', { data: { picture: picture('d') } })
    expect(await list()).toMatchObject([{ plate: 'none', pictureBefore: picture('d') }])
  })

  test('a lane without a camera is raised all the same', async () => {
    const { raise, sent, list } = await open()
    await raise({}, 'lane-in')
    expect([sent('raise-lane').length, sent('command').length, (await list()).length]).toEqual([1, 0, 1])
  })

  test('no more is waived than is due', async () => {
    const { enter, raise, sent, time } = await open()
    await enter('京A12345')
    time.now += hour
    await expect(raise({ plate: '京A12345', waivedFen: 501 })).rejects.toMatchObject({ code: 'WAIVER_TOO_HIGH' })
    await expect(raise({ waivedFen: 1 })).rejects.toMatchObject({ code: 'WAIVER_TOO_HIGH' })
    expect(sent('raise-lane')).toEqual([])
    expect(await raise({ plate: '京A12345', waivedFen: 500 })).toMatchObject({ sessionId: 'lane-in/京A12345' })
  })

  test('a stay that has ended, or belongs to another plate, is not raised for', async () => {
    const { enter, leave, raise } = await open()
    await enter('京A12345')
    await enter('京A12346')
    await leave('京A12346')
    for (const more of [
      { sessionId: 'lane-in/京A12346', plate: '京A12346' },
      { sessionId: 'lane-in/京A12345', plate: '京A12347' },
      { sessionId: 'nowhere/1' },
    ])
      await expect(raise(more)).rejects.toMatchObject({ code: 'SESSION_ELSEWHERE' })
  })

  test('what cannot be carried out at once is refused, not kept', async () => {
    const { raise, tell, house, list } = await open()
    await expect(raise({}, 'cam-out')).rejects.toMatchObject({ code: 'LANE_NOT_FOUND' })
    await expect(raise({}, 'lane-out', stranger)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' })
    await tell('devices.online-changed', { online: false, reason: 'silent' }, { deviceId: 'lane-in' })
    await expect(raise({}, 'lane-in')).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' })
    house.gateway.online.delete('gw-garden')
    await expect(raise()).rejects.toMatchObject({ code: 'GATEWAY_OFFLINE' })
    expect(await list()).toEqual([])
  })

  test('whoever raises for a call that somebody else has is told so', async () => {
    const { raise, tell, laneCalls, sent } = await open()
    await tell('parking.help-requested', { eventId: 'help1' }, { deviceId: 'lane-out' })
    await laneCalls.answer(otherGuard, 'lane-out/help1')
    await expect(raise({ callId: 'lane-out/help1' })).rejects.toMatchObject({ code: 'LANE_CALL_TAKEN' })
    await expect(raise({ callId: 'lane-out/help1' }, 'lane-in', otherGuard)).rejects.toMatchObject({
      code: 'LANE_CALL_ELSEWHERE',
    })
    expect(sent('raise-lane')).toEqual([])
  })

  test('a raise that fails leaves its call with the guard who has it', async () => {
    const { raise, result, tell, laneCalls } = await open()
    await tell('parking.help-requested', { eventId: 'help1' }, { deviceId: 'lane-out' })
    const { commandId } = await raise({ callId: 'lane-out/help1' })
    await result(commandId, { ok: false, code: 'DEVICE_OFFLINE' })
    expect(await laneCalls.list(guard, {})).toMatchObject([{ state: 'answered', answeredBy: 'guard1' }])
  })

  test('a raise is judged once, and by somebody else', async () => {
    const { raise, laneCalls, time } = await open()
    const { raiseId } = await raise()
    time.now += minute
    const { raises } = laneCalls
    await expect(raises.review(guard, raiseId, { verdict: 'right' })).rejects.toMatchObject({ code: 'OWN_RAISE' })
    await expect(raises.review(stranger, raiseId, { verdict: 'right' })).rejects.toMatchObject({
      code: 'LANE_RAISE_NOT_FOUND',
    })
    expect(await raises.review(otherGuard, raiseId, { verdict: 'wrong', note: 'unknown car' })).toMatchObject({
      ...{ verdict: 'wrong', reviewedBy: 'guard2', reviewedAt: time.now, reviewNote: 'unknown car' },
    })
    await expect(raises.review(otherGuard, raiseId, { verdict: 'right' })).rejects.toMatchObject({
      code: 'RAISE_REVIEWED',
    })
    await raise()
    expect(await raises.list(guard, { reviewed: 'no' })).toHaveLength(1)
    expect(await raises.list(guard, { reviewed: 'yes', to: time.now })).toMatchObject([{ raiseId }])
    expect(await raises.list(guard, { from: time.now })).toHaveLength(1)
    expect(await raises.list(stranger, {})).toEqual([])
  })

  test('a raise over HTTP is written down with who, where and why', async () => {
    const { house, services } = await open()
    const cookie = await signInAs(house, { username: 'g', role: 'guard', scope: 'riverside/east' })
    const body = { reason: 'delivery' as const, plate: 'none', waivedFen: 0 }
    const answer = await call(house, raiseLane, { cookie, params: { laneId: 'lane-out' }, body })
    expect(answer).toMatchObject({ status: 202, body: { reason: 'delivery', by: 'g' } })
    const entries = await house.db.selectFrom('audit_entries').selectAll().where('action', '=', 'raiseLane').execute()
    expect(entries.map(({ outcome }) => outcome)).toEqual(['asked', 'done'])
    expect(entries[0]).toMatchObject({ target: 'lane-out', compound_id: 'garden', reason: 'delivery' })
    expect(services.commands).toBeDefined()
  })
})
