import { describe, expect, test } from 'vitest'
import { answerLaneCall, handBackLaneCall, listLaneCalls } from '../src/contract/index.ts'
import { guard, hour, minute, openLot, otherGuard, picture, stranger } from './parking-setup.ts'
import { call, createOutbox, databases, signInAs, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()

describe.each(databases)('calls from lanes on %s', (kind) => {
  async function open() {
    const lot = await openLot(databaseFor, kind)
    const { laneCalls } = lot.services
    const help = (body: object = {}, more: { at?: number; late?: boolean } = {}) =>
      lot.tell('parking.help-requested', { eventId: 'help1', ...body }, { deviceId: 'lane-out', ...more })
    const list = (state: 'waiting' | 'all' = 'all') => laneCalls.list(guard, { state })
    const alerts = () => lot.services.alerts.list(system, {})
    return { ...lot, laneCalls, help, list, alerts }
  }

  test('a car that needs a person rings once, and is no alert', async () => {
    const { help, decide, list, alerts, time } = await open()
    await decide('lane-out', 'exit-refused', { decision: 'ask', rule: 'not-inside', reason: '未找到入场记录' })
    const at = time.now
    time.now += minute
    await help({ picture: picture('a') })
    await help({ eventId: 'help2' })
    expect(await list()).toMatchObject([
      {
        ...{ state: 'ringing', laneId: 'lane-out', compoundId: 'garden', direction: 'out', at, receivedAt: at },
        ...{ cause: 'button', rawPlate: '京A12345', picture: picture('a') },
      },
    ])
    expect(await alerts()).toEqual([])
  })

  test('the direction of a lane that does not say it is the one that was entered', async () => {
    const { help, list } = await open()
    await help()
    expect(await list()).toMatchObject([{ cause: 'button', direction: 'out' }])
  })

  test('what comes late never rings: it is an alert, for the record', async () => {
    const { help, list, alerts, decide } = await open()
    await help({}, { late: true })
    await decide('lane-in', 'entry-refused', { decision: 'ask', rule: 'unplated', late: true })
    expect(await list()).toEqual([])
    expect((await alerts()).map(({ type }) => type).sort()).toEqual(['parking.entry-refused', 'parking.help-requested'])
  })

  test('an event that is told again after its call has ended does not ring again', async () => {
    const { help, laneCalls, list } = await open()
    await help()
    await laneCalls.end(guard, 'lane-out/help1', undefined)
    await help()
    expect(await list('waiting')).toEqual([])
    await help({ eventId: 'help2' })
    expect(await list('waiting')).toMatchObject([{ callId: 'lane-out/help2' }])
  })

  test('calls of all compounds in scope stand in one queue, the longest waiting first', async () => {
    const { help, tell, laneCalls, time, house } = await open()
    await help()
    time.now += minute
    await tell('parking.help-requested', { eventId: 'help2', direction: 'in' }, { deviceId: 'lane-in' })
    time.now += minute
    const lake = createOutbox(house, 'gw-lake')
    await lake.store([lake.record('parking.help-requested', { eventId: 'help3' }, { deviceId: 'barrier-lake' })])
    const seen = async (caller: typeof guard) => (await laneCalls.list(caller, {})).map(({ laneId }) => laneId)
    expect(await seen(otherGuard)).toEqual(['lane-out', 'lane-in', 'barrier-lake'])
    expect(await seen(guard)).toEqual(['lane-out', 'lane-in'])
    expect(await seen(stranger)).toEqual(['barrier-lake'])
    await expect(laneCalls.answer(stranger, 'lane-out/help1')).rejects.toMatchObject({ code: 'LANE_CALL_NOT_FOUND' })
  })

  test('of two guards who answer at once one gets the call, the other is told who has it', async () => {
    const { help, laneCalls, list } = await open()
    await help()
    const answers = await Promise.allSettled([
      laneCalls.answer(guard, 'lane-out/help1'),
      laneCalls.answer(otherGuard, 'lane-out/help1'),
    ])
    const [winner] = answers.filter(({ status }) => status === 'fulfilled')
    const [loser] = answers.filter((answer) => answer.status === 'rejected')
    expect(winner).toMatchObject({ value: { state: 'answered' } })
    const answeredBy = (winner as PromiseFulfilledResult<{ answeredBy: string }>).value.answeredBy
    expect(loser?.reason).toMatchObject({
      ...{ code: 'LANE_CALL_TAKEN', statusCode: 409, message: expect.stringContaining(answeredBy) as string },
    })
    const owner = answeredBy === guard.username ? guard : otherGuard
    const other = owner === guard ? otherGuard : guard
    expect(await laneCalls.answer(owner, 'lane-out/help1')).toMatchObject({ state: 'answered', answeredBy })
    await expect(laneCalls.end(other, 'lane-out/help1', undefined)).rejects.toMatchObject({ code: 'LANE_CALL_TAKEN' })
    await help({ eventId: 'help2' })
    expect(await list()).toMatchObject([{ state: 'answered', answeredBy }])
  })

  test('a call that is handed back rings again for everybody, and becomes an alert when nobody takes it', async () => {
    const { help, laneCalls, list, alerts, time } = await open()
    const callId = 'lane-out/help1'
    await help()
    const at = time.now
    await laneCalls.answer(guard, callId)
    await expect(laneCalls.handBack(otherGuard, callId)).rejects.toMatchObject({ code: 'LANE_CALL_TAKEN' })
    await expect(laneCalls.handBack(stranger, callId)).rejects.toMatchObject({ code: 'LANE_CALL_NOT_FOUND' })
    time.now += 9 * minute
    const back = await laneCalls.handBack(guard, callId)
    expect(back).toMatchObject({ state: 'ringing', at, receivedAt: at })
    expect(back).not.toHaveProperty('answeredBy')
    expect(await laneCalls.handBack(guard, callId)).toEqual(back)
    expect(await laneCalls.answer(otherGuard, callId)).toMatchObject({ answeredBy: otherGuard.username })
    await expect(laneCalls.handBack(guard, callId)).rejects.toMatchObject({ code: 'LANE_CALL_TAKEN' })
    expect(await laneCalls.handBack(system, callId)).toMatchObject({ state: 'ringing' })
    time.now += 9 * minute
    await laneCalls.tick()
    expect(await list()).toMatchObject([{ state: 'ringing' }])
    time.now += 2 * minute
    await laneCalls.tick()
    expect(await alerts()).toMatchObject([{ type: 'parking.help-requested', details: { unanswered: true } }])
    await expect(laneCalls.handBack(guard, callId)).rejects.toMatchObject({ code: 'LANE_CALL_ENDED' })
  })

  test('over HTTP a call that is handed back is told to everybody, and is in the audit log', async () => {
    const { help, house } = await open()
    await help()
    const cookie = await signInAs(house, { username: 'g', role: 'guard', scope: 'riverside/east' })
    const params = { callId: 'lane-out/help1' }
    await call(house, answerLaneCall, { cookie, params })
    expect(await call(house, handBackLaneCall, { cookie, params })).toMatchObject({ body: { state: 'ringing' } })
    const entries = await house.db.selectFrom('audit_entries').selectAll().execute()
    expect(entries.filter(({ action }) => action === 'handBackLaneCall')).toMatchObject([
      { actor: 'g', outcome: 'asked', target: params.callId },
      { actor: 'g', outcome: 'done' },
    ])
  })

  test('a call that is ended without opening is explained at the lane', async () => {
    const { help, laneCalls, sent } = await open()
    await help()
    const say = '请从北门进入，谢谢配合，祝您生活愉快'
    expect(await laneCalls.end(guard, 'lane-out/help1', say)).toMatchObject({ state: 'ended', outcome: 'closed' })
    expect(sent('command')).toMatchObject([
      {
        deviceId: 'lane-out',
        name: 'display',
        args: { lines: ['请从北门进入，谢谢配合，祝您生活', '愉快'], voice: say },
      },
    ])
    await expect(laneCalls.answer(guard, 'lane-out/help1')).rejects.toMatchObject({ code: 'LANE_CALL_ENDED' })
  })

  test.each([
    ['parking.vehicle-passed', 'left'],
    ['parking.vehicle-reversed', 'left'],
  ])('%s at the lane ends its call', async (type, outcome) => {
    const { help, tell, list, time } = await open()
    await help()
    await tell(type, { eventId: 'e0', direction: 'out' }, { deviceId: 'lane-out', at: time.now - minute })
    await tell(type, { eventId: 'e1', direction: 'in' }, { deviceId: 'lane-in' })
    expect(await list()).toMatchObject([{ state: 'ringing' }])
    await tell(type, { eventId: 'e2', direction: 'out' }, { deviceId: 'lane-out' })
    expect(await list()).toMatchObject([{ state: 'ended', outcome, endedAt: time.now }])
  })

  test('who has to pay rings when it has waited long enough; paying ends it', async () => {
    const { enter, decide, laneCalls, list, time } = await open()
    await enter('京A12345')
    time.now += 2 * hour
    const unpaid = { rule: 'unpaid', sessionId: 'lane-in/京A12345', dueFen: 700, matchedPlate: '京A12345' }
    await decide('lane-out', 'exit-unpaid', unpaid)
    time.now += 60_000
    await decide('lane-out', 'exit-unpaid', unpaid)
    await laneCalls.tick()
    expect(await list()).toEqual([])
    time.now += 60_000
    await laneCalls.tick()
    expect(await list()).toMatchObject([{ state: 'ringing', cause: 'unpaid', dueFen: 900 }])
    await laneCalls.tick()
    expect(await list()).toHaveLength(1)
    await decide('lane-out', 'exit-opened', { sessionId: 'lane-in/京A12345', rule: 'inside' })
    expect(await list()).toMatchObject([{ state: 'ended', outcome: 'paid' }])
  })

  test('who pays in time never rings, nor where the lane lets cars go with a debt', async () => {
    const { decide, laneCalls, list, time, services } = await open()
    await decide('lane-out', 'exit-unpaid', { rule: 'unpaid', dueFen: 700 })
    await decide('lane-out', 'exit-opened', { rule: 'inside' })
    const { policy } = await services.parking.rules.get(system, 'garden')
    await services.parking.rules.putPolicies(system, 'garden', {
      ...{ policy, lanes: { 'lane-out': { ...policy, unpaid: 'open-and-record-debt' as const } } },
    })
    await decide('lane-out', 'exit-unpaid', { rule: 'unpaid', dueFen: 700 })
    time.now += hour
    await laneCalls.tick()
    expect(await list()).toEqual([])
  })

  test('a person sees what each plate would mean', async () => {
    const { enter, help, list, services, time } = await open()
    await services.parking.permits.replace(system, 'garden', [{ plate: '京A12346', kind: 'monthly', holder: 'Li' }])
    const enteredAt = time.now
    await enter('京A12345', { picture: picture('b') })
    time.now += hour
    await help({ rawPlate: '京A1234S', candidates: ['京A12345', '京A12346'] })
    const [ringing] = await list()
    expect(ringing?.candidates).toEqual([
      { plate: '京A1234S', right: 'temporary' },
      {
        ...{ plate: '京A12345', right: 'temporary', sessionId: 'lane-in/京A12345', enteredAt },
        ...{ entryPicture: picture('b'), dueFen: 500 },
      },
      { plate: '京A12346', right: 'monthly' },
    ])
  })

  test('a call that nobody takes runs out after ten minutes without a sign, and becomes an alert', async () => {
    const { help, laneCalls, list, alerts, time } = await open()
    await help()
    time.now += 9 * minute
    await help({ eventId: 'help2', picture: picture('a') })
    time.now += 9 * minute
    await laneCalls.tick()
    expect(await list()).toMatchObject([{ state: 'ringing' }])
    time.now += 2 * minute
    await laneCalls.tick()
    expect(await list()).toMatchObject([{ state: 'ended', outcome: 'expired' }])
    expect(await alerts()).toMatchObject([
      { type: 'parking.help-requested', deviceId: 'lane-out', picture: picture('a'), details: { unanswered: true } },
    ])
  })

  test('over HTTP guards see and answer, and nobody else', async () => {
    const { help, house } = await open()
    await help()
    const cookie = await signInAs(house, { username: 'g', role: 'guard', scope: 'riverside/east' })
    const params = { callId: 'lane-out/help1' }
    expect(await call(house, listLaneCalls, { cookie })).toMatchObject({ status: 200, body: [{ state: 'ringing' }] })
    expect(await call(house, answerLaneCall, { cookie, params })).toMatchObject({ body: { answeredBy: 'g' } })
    const office = await signInAs(house, { username: 'p', role: 'property', scope: 'riverside/east' })
    expect(await call(house, listLaneCalls, { cookie: office })).toMatchObject({ status: 403 })
  })
})
