import { describe, expect, test } from 'vitest'
import { claimLane, getLaneClaim, getPayPage, quotePayment } from '../src/contract/index.ts'
import { isStandInPlate } from '../src/domain/index.ts'
import { hour, openLot } from './parking-setup.ts'
import { call, databases, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()

interface Claimed {
  readonly commandId: string
  readonly plate: string
  readonly proof: string
}

describe.each(databases)('cars without a plate on %s', (kind) => {
  async function open() {
    const lot = await openLot(databaseFor, kind)
    const { house, services, tell } = lot
    const tokenOf = async (laneId: string) => (await services.payments.page.code(system, laneId)).laneToken
    const tokens = { in: await tokenOf('lane-in'), out: await tokenOf('lane-out') }
    const ask = (direction: 'in' | 'out', body: { proof?: string } = {}) =>
      call(house, claimLane, { params: { laneToken: tokens[direction] }, body })
    async function claim(direction: 'in' | 'out', proof?: string) {
      const { status, body } = await ask(direction, proof === undefined ? {} : { proof })
      expect(status).toBe(202)
      return body as Claimed
    }
    const stateOf = async (direction: 'in' | 'out', commandId: string) =>
      (await call(house, getLaneClaim, { params: { laneToken: tokens[direction], commandId } })).body
    const result = (deviceId: string, commandId: string, more: object) =>
      tell('devices.command-result', { commandId, ok: true, ...more }, { deviceId })
    const claims = () => lot.sent('claim-lane')
    return { ...lot, tokens, ask, claim, stateOf, result, claims }
  }

  test('a driver at the entrance gets a stand-in plate and a proof, and the gateway is told to look', async () => {
    const { claim, claims, stateOf, result, services, time } = await open()
    const { commandId, plate, proof } = await claim('in')
    expect(isStandInPlate(plate)).toBe(true)
    expect(claims()).toEqual([
      { type: 'claim-lane', commandId, laneId: 'lane-in', plate, expiresAt: time.now + 10_000 },
    ])
    expect(await services.commands.get(system, commandId)).toMatchObject({ name: 'claim', by: 'anonymous', args: {} })
    expect(await stateOf('in', commandId)).toEqual({ state: 'waiting' })
    await result('lane-in', commandId, { data: { decision: 'open', rule: 'temporary' } })
    expect(await stateOf('in', commandId)).toEqual({ state: 'opened', rule: 'temporary' })
    expect(await claim('in', proof)).toMatchObject({ plate, proof })
    expect((await claim('in')).plate).not.toBe(plate)
  })

  test('the same phone is asked for what is due at the exit, and leaves', async () => {
    const { claim, claims, stateOf, result, enter, house, tokens, time } = await open()
    const { plate, proof } = await claim('in')
    await enter(plate)
    time.now += 2 * hour
    const { body: view } = await call(house, getPayPage, { params: { laneToken: tokens.out } })
    expect(view).toMatchObject({ compoundId: 'garden', direction: 'out' })
    const { body: quote } = await call(house, quotePayment, { params: { laneToken: tokens.out }, body: { plate } })
    expect(quote).toMatchObject({ result: 'due', plate })

    const early = await claim('out', proof)
    await result('lane-out', early.commandId, { data: { decision: 'pay', rule: 'unpaid', dueFen: 700 } })
    expect(await stateOf('out', early.commandId)).toEqual({ state: 'unpaid', rule: 'unpaid', dueFen: 700 })
    const { commandId } = await claim('out', proof)
    await result('lane-out', commandId, { data: { decision: 'open', rule: 'inside' } })
    expect(await stateOf('out', commandId)).toMatchObject({ state: 'opened' })
    expect(claims().map((message) => [message.laneId, message.plate])).toEqual([
      ['lane-in', plate],
      ['lane-out', plate],
      ['lane-out', plate],
    ])
  })

  test('another phone does not leave as this car: without a proof, with one of its own making or of elsewhere', async () => {
    const { claim, ask, claims, services, house } = await open()
    const { proof, plate } = await claim('in')
    const elsewhere = (await services.payments.page.code(system, 'barrier-lake')).laneToken
    for (const body of [{}, { proof: `${plate.slice(2)}.${'x'.repeat(22)}` }, { proof: proof.slice(0, -1) }])
      expect(await ask('out', body)).toMatchObject({ status: 403, body: { code: 'CLAIM_NOT_YOURS' } })
    expect(await ask('in', { proof: 'nonsense' })).toMatchObject({ status: 403 })
    const strange = await call(house, claimLane, { params: { laneToken: elsewhere }, body: { proof } })
    expect(strange.status).toBe(403)
    expect(claims()).toHaveLength(1)
  })

  test('what the lane says is told: refused with its rule, nobody there, no answer', async () => {
    const { claim, stateOf, result, services, time } = await open()
    const full = await claim('in')
    await result('lane-in', full.commandId, { data: { decision: 'refuse', rule: 'lot-full' } })
    expect(await stateOf('in', full.commandId)).toEqual({ state: 'refused', rule: 'lot-full' })
    const nobody = await claim('in')
    await result('lane-in', nobody.commandId, { ok: false, code: 'NO_CAR_AT_LANE', message: 'No car' })
    expect(await stateOf('in', nobody.commandId)).toEqual({ state: 'failed', code: 'NO_CAR_AT_LANE' })
    const lost = await claim('in')
    time.now += 11_000
    await services.commands.expire()
    expect(await stateOf('in', lost.commandId)).toEqual({ state: 'failed', code: 'COMMAND_EXPIRED' })
  })

  test('a claim is asked after at its own lane, and other commands are nobody’s business', async () => {
    const { claim, stateOf, services } = await open()
    const { commandId } = await claim('in')
    expect(await stateOf('out', commandId)).toMatchObject({ code: 'COMMAND_NOT_FOUND' })
    const opening = await services.commands.send(system, 'lane-in', { name: 'open', args: {} })
    expect(await stateOf('in', opening.commandId)).toMatchObject({ code: 'COMMAND_NOT_FOUND' })
  })

  test('nothing is kept for later: a gateway that is away, a code that is void, too many at once', async () => {
    const { ask, house, claims, services, time } = await open()
    house.gateway.online.delete('gw-garden')
    expect((await ask('in')).body).toMatchObject({ code: 'GATEWAY_OFFLINE' })
    house.gateway.online.add('gw-garden')
    const answers = []
    for (let count = 0; count < 11; count += 1) answers.push((await ask('in')).status)
    expect(answers.filter((status) => status === 429)).toHaveLength(2)
    time.now += hour
    await services.payments.page.renew(system, 'lane-in')
    expect((await ask('in')).status).toBe(404)
    expect(claims()).toHaveLength(9)
  })

  test('a claim is in the audit log under its lane, without code, plate or proof', async () => {
    const { claim, ask, tokens, house } = await open()
    const { plate, proof, commandId } = await claim('in')
    await ask('out')
    const entries = await house.db.selectFrom('audit_entries').selectAll().where('action', '=', 'claimLane').execute()
    expect(entries).toMatchObject([
      { actor: 'anonymous', target: 'lane-in', compound_id: 'garden', outcome: 'done' },
      { actor: 'anonymous', target: 'lane-out', compound_id: 'garden', outcome: 'refused' },
    ])
    const text = JSON.stringify(entries)
    expect(text).toContain(commandId)
    for (const secret of [plate, proof, tokens.in, tokens.out]) expect(text).not.toContain(secret)
  })
})
