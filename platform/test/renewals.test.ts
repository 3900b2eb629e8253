import { describe, expect, test } from 'vitest'
import {
  createPayOrder,
  exportParkingStatement,
  getParkingStatement,
  getPayOrder,
  quotePayment,
  refundPayment,
  type Permit,
  type PayQuote,
  type PaymentOrder,
} from '../src/contract/index.ts'
import { createTimeZone } from '../src/core/time-zone.ts'
import { defaultLanePolicy, type MonthlyTerms } from '../src/domain/index.ts'
import { verifyStatement } from '../src/modules/ledger/verify-statement.ts'
import { balance, click, minuteMs, noticeOf, notify, plate, startLot } from './payments-setup.ts'
import { call, databases, signInAs, system, usePostgres, type DatabaseKind } from './setup.ts'

const databaseFor = usePostgres()
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const terms: MonthlyTerms = { fen: 30_000, maxMonths: 6 }
const zone = createTimeZone('Asia/Shanghai')
const beijing = (text: string) => Date.parse(`${text}+08:00`)

describe.each(databases)('renewals on %s', (kind: DatabaseKind) => {
  /** It is 1 June, 14:00; a car came in at noon, and its permit ends at `validUntil`. */
  async function start(validUntil: number, { monthly = terms }: { monthly?: MonthlyTerms | undefined } = {}) {
    const lot = await startLot(await databaseFor(kind))
    const { house, laneToken } = lot
    const { parking, desired } = house.services
    const setTerms = (to?: MonthlyTerms) =>
      parking.rules.putPolicies(system, 'garden', { policy: defaultLanePolicy, lanes: {}, ...(to && { monthly: to }) })
    await setTerms(monthly)
    const setPermits = (...permits: Permit[]) => parking.permits.replace(system, 'garden', permits)
    await setPermits({ plate, kind: 'monthly', holder: '张三 1-101', validUntil })

    const ask = async (number?: string) =>
      (await call(house, quotePayment, { params: { laneToken }, body: number === undefined ? {} : { plate: number } }))
        .body as PayQuote
    async function offer() {
      const { renewal } = await ask(plate)
      if (!renewal) throw new Error('nothing is offered')
      return renewal
    }
    const tryToBegin = (quoteId: string, months: 1 | 3 | 6 | 12, token = laneToken) =>
      call(house, createPayOrder, { params: { laneToken: token }, body: { quoteId, provider: 'sandbox', months } })
    const begin = async (quoteId: string, months: 1 | 3 | 6 | 12 = 1) =>
      ((await tryToBegin(quoteId, months)).body as { order: PaymentOrder }).order
    const told = (order: PaymentOrder, id = order.orderId) =>
      notify(house, { ...noticeOf(order, house.time.now), id: `n-${id}` })
    const orderNow = async ({ orderId }: PaymentOrder) =>
      (await call(house, getPayOrder, { params: { laneToken, orderId } })).body as PaymentOrder
    const permit = async () => (await parking.permits.list(system, 'garden')).find((each) => each.plate === plate)
    const atGateway = async () => (await desired.missing('garden', {})).find(({ area }) => area === 'parking')
    const verify = () =>
      verifyStatement(house.db, { compound: { id: 'garden', name: 'garden' }, month: '2026-06', zone })
    const more = { setTerms, setPermits, ask, offer, tryToBegin, begin, told, orderNow, permit, atGateway, verify }
    return { ...lot, ...more }
  }

  const endOfMay = beijing('2026-06-01T00:00')
  const soon = beijing('2026-06-10T00:00')

  test('whose permit ends soon, or ended not long ago, is offered months, and learns nothing else', async () => {
    const { ask, setPermits, setTerms, house } = await start(soon)
    const { now } = house.time
    expect((await ask(plate)).renewal).toEqual({
      quoteId: expect.any(String),
      ...{ fenPerMonth: 30_000, maxMonths: 6, validUntil: soon },
      choices: [
        { months: 1, fen: 30_000, validUntil: beijing('2026-07-10T00:00') },
        { months: 3, fen: 90_000, validUntil: beijing('2026-09-10T00:00') },
        { months: 6, fen: 180_000, validUntil: beijing('2026-12-10T00:00') },
      ],
    })
    const outside = { plate: '京B12345', kind: 'monthly', holder: '李四', validUntil: now - dayMs } as const
    await setPermits(outside)
    const notInside = await ask('京b·12345')
    expect(notInside).toMatchObject({ result: 'not-inside', renewal: { validUntil: now - dayMs } })
    expect(JSON.stringify(notInside)).not.toContain('李四')
    for (const permit of [
      { ...outside, validUntil: now - 61 * dayMs },
      { ...outside, validUntil: now + 15 * dayMs },
      { ...outside, kind: 'visitor' as const },
      { ...outside, kind: 'blacklist' as const },
    ]) {
      await setPermits(permit)
      expect((await ask(outside.plate)).renewal).toBeUndefined()
    }
    await setPermits(outside)
    await setTerms()
    expect((await ask(outside.plate)).renewal).toBeUndefined()
  })

  test('what is paid before the end goes on from it: permit, books, order and gateway know it', async () => {
    const { house, offer, begin, orderNow, permit, atGateway, ask } = await start(soon)
    const order = await begin((await offer()).quoteId, 3)
    expect(order).toMatchObject({ kind: 'renewal', months: 3, fen: 90_000, sessionId: '', state: 'created' })
    const before = (await atGateway())?.revision ?? 0
    await click(house, order.orderId)
    await house.services.payments.tick()
    const validUntil = beijing('2026-09-10T00:00')
    expect(await orderNow(order)).toMatchObject({ state: 'paid', renewedUntil: validUntil })
    expect(await permit()).toEqual({ plate, kind: 'monthly', holder: '张三 1-101', validUntil })
    expect(await atGateway()).toMatchObject({ revision: before + 1, body: { permits: [{ plate, validUntil }] } })
    expect(await balance(house, 'clearing:sandbox')).toBe(90_000)
    expect(await balance(house, 'revenue:monthly')).toBe(-90_000)
    expect(await balance(house, 'receivable')).toBe(0)
    expect((await ask(plate)).renewal).toBeUndefined()
    expect(await house.db.selectFrom('permit_renewals').selectAll().execute()).toMatchObject([
      { order_id: order.orderId, before_until: soon, valid_until: validUntil, months: 3 },
    ])
  })

  test('after the end it begins with the payment, and the stay since then is still to be paid', async () => {
    const { house, offer, begin, told, permit, ask } = await start(beijing('2026-06-01T12:30'))
    const due = await ask(plate)
    expect(due).toMatchObject({ result: 'due', renewal: { fenPerMonth: 30_000 } })
    const order = await begin((await offer()).quoteId)
    await told(order)
    expect(await permit()).toMatchObject({
      validUntil: beijing('2026-07-01T14:00'),
      lapse: { from: beijing('2026-06-01T12:30'), to: house.time.now },
    })
    const after = await ask(plate)
    expect(after).toMatchObject({ result: 'due', dueFen: due.dueFen })
    expect(after.renewal).toBeUndefined()
    house.time.now += 3 * hourMs
    expect(await ask(plate)).toMatchObject({ result: 'due', dueFen: due.dueFen })
  })

  test('told twice, at once or under another number, it renews once', async () => {
    const { offer, begin, told, permit, house } = await start(soon)
    const order = await begin((await offer()).quoteId)
    const answers = await Promise.all([told(order), told(order), told(order, 'another')])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    await house.services.payments.tick()
    expect(await permit()).toMatchObject({ validUntil: beijing('2026-07-10T00:00') })
    expect(await balance(house, 'revenue:monthly')).toBe(-30_000)
  })

  test('told late, after the order had expired, it renews from when it was paid; out of order it changes nothing', async () => {
    const { offer, begin, permit, house, orderNow } = await start(endOfMay)
    const order = await begin((await offer()).quoteId)
    const paid = noticeOf(order, house.time.now + minuteMs)
    house.time.now += 10 * hourMs
    await house.services.payments.tick()
    expect(await orderNow(order)).toMatchObject({ state: 'expired' })
    await notify(house, paid)
    await notify(house, { ...paid, id: 'earlier', state: 'waiting' })
    expect(await orderNow(order)).toMatchObject({ state: 'paid' })
    expect(await permit()).toMatchObject({ validUntil: beijing('2026-07-01T14:01') })
  })

  test('two orders that are paid count both, whichever comes first', async () => {
    const { offer, begin, told, permit } = await start(soon)
    const { quoteId } = await offer()
    const [one, three] = [await begin(quoteId, 1), await begin(quoteId, 3)]
    await Promise.all([told(three), told(one)])
    expect(await permit()).toMatchObject({ validUntil: beijing('2026-10-10T00:00') })
  })

  test('the same quote, months and provider give the same order; others none that was not offered', async () => {
    const { house, offer, begin, told, tryToBegin, setTerms } = await start(soon)
    const { quoteId } = await offer()
    const order = await begin(quoteId)
    expect(await begin(quoteId)).toEqual(order)
    expect((await begin(quoteId, 3)).orderId).not.toBe(order.orderId)
    expect((await tryToBegin(quoteId, 12)).status).toBe(409)
    expect((await tryToBegin(`${quoteId.slice(0, -3)}abc`, 1)).status).toBe(409)
    await house.services.devices.put(system, 'barrier-2', {
      ...{ compoundId: 'garden', kind: 'barrier', name: 'South', place: 'South', secret: 'barrier-secret' },
    })
    const { laneToken } = await house.services.payments.page.code(system, 'barrier-2')
    expect((await tryToBegin(quoteId, 1, laneToken)).status).toBe(409)
    await told(order)
    expect(await begin(quoteId)).toMatchObject({ orderId: order.orderId, state: 'paid' })
    expect((await tryToBegin(quoteId, 6)).status).toBe(409)
    await setTerms({ fen: 40_000, maxMonths: 12 })
    house.time.now += 6 * minuteMs
    expect((await tryToBegin(quoteId, 1)).status).toBe(409)
  })

  test('a price that has changed since is asked for again', async () => {
    const { offer, tryToBegin, setTerms } = await start(soon)
    const { quoteId } = await offer()
    await setTerms({ fen: 40_000, maxMonths: 6 })
    expect((await tryToBegin(quoteId, 1)).status).toBe(409)
  })

  test('where the permit is gone, or another amount was taken, all of it goes back', async () => {
    const { house, offer, begin, told, permit, setPermits, orderNow, verify } = await start(soon)
    const { quoteId } = await offer()
    const [one, three] = [await begin(quoteId, 1), await begin(quoteId, 3)]
    await told({ ...one, fen: one.fen - 1 })
    expect(await permit()).toMatchObject({ validUntil: soon })
    await setPermits({ plate, kind: 'own-space', holder: '张三', validUntil: soon })
    for (const { orderId } of [one, three]) await click(house, orderId)
    await told(three)
    expect(await permit()).toMatchObject({ kind: 'own-space', validUntil: soon })
    await house.services.payments.tick()
    for (const order of [one, three]) expect(await orderNow(order)).toMatchObject({ state: 'refunded' })
    expect(await balance(house, 'clearing:sandbox')).toBe(0)
    expect(await balance(house, 'revenue:monthly')).toBe(0)
    expect(await balance(house, 'receivable')).toBe(0)
    expect(await verify()).toMatchObject({ isRight: true, booked: { renewals: 0, refundedFen: 119_999 } })
  })

  test('a renewal is paid back by people only', async () => {
    const { house, offer, begin, told } = await start(soon)
    const order = await begin((await offer()).quoteId)
    await told(order)
    const cookie = await signInAs(house, { username: 'p1', role: 'property', scope: 'riverside/east' })
    const body = { requestId: 'request-1', fen: 100, reason: 'moved out' }
    const answer = await call(house, refundPayment, { params: { orderId: order.orderId }, body, cookie })
    expect(answer).toMatchObject({ status: 409, body: { code: 'RENEWAL_NOT_REFUNDED' } })
  })

  test('an order that we lost is taken over from the bill, and what was sent along names no plate', async () => {
    const { house, offer, begin, permit, orderNow, verify } = await start(soon)
    const order = await begin((await offer()).quoteId)
    await click(house, order.orderId)
    const { attach } = await house.db.selectFrom('sandbox_payments').select('attach').executeTakeFirstOrThrow()
    expect(attach.length).toBeLessThan(128)
    expect(attach).not.toContain('12345')
    await house.db.deleteFrom('payment_orders').execute()
    await house.services.payments.reconcile(system, { provider: 'sandbox', day: '2026-06-01' })
    expect(await orderNow(order)).toMatchObject({ kind: 'renewal', months: 1, state: 'paid' })
    expect(await permit()).toMatchObject({ validUntil: beijing('2026-07-10T00:00') })
    // Lost once more: the permit remembers which order has made it longer.
    await house.db.deleteFrom('payment_orders').execute()
    await house.services.payments.reconcile(system, { provider: 'sandbox', day: '2026-06-01' })
    expect(await orderNow(order)).toMatchObject({ renewedUntil: beijing('2026-07-10T00:00') })
    expect(await permit()).toMatchObject({ validUntil: beijing('2026-07-10T00:00') })
    expect(await verify()).toMatchObject({ isRight: true, booked: { renewals: 1, renewalFen: 30_000 } })
  })

  test('the month tells renewals apart, shares them, and is the same when it is recomputed', async () => {
    const { house, offer, begin, told, verify, leave } = await start(endOfMay)
    const shares = [
      { party: 'owners', name: '业主', permille: 667 },
      { party: 'operator', name: '物业', permille: 333 },
    ]
    await house.services.ledger.agree(system, 'garden', { validFrom: 0, shares })
    await told(await begin((await offer()).quoteId, 3))
    await leave({ feeFen: 700, debtFen: 700 })
    const { booked, ...report } = await verify()
    expect(report).toMatchObject({ isRight: true, differences: [] })
    expect(booked).toMatchObject({
      ...{ sessions: 1, feeFen: 700, renewals: 1, renewalFen: 90_000, receivedFen: 90_000 },
      ...{ distributableFen: 90_000, imbalanceFen: 0, days: [{ feeFen: 700, renewalFen: 90_000 }] },
      shares: [{ fen: 60_030 }, { fen: 29_970 }],
    })
    const cookie = await signInAs(house, { username: 'p1', role: 'property', scope: 'riverside/east' })
    const params = { compoundId: 'garden', month: '2026-06' }
    expect((await call(house, getParkingStatement, { params, cookie })).body).toEqual(booked)
    const csv = await call(house, exportParkingStatement, { params: { ...params, format: 'csv' }, cookie })
    expect(csv.answer.body).toMatch(/renewal\/.*,renewal,.*,revenue:monthly,-90000/)
    const pdf = await call(house, exportParkingStatement, { params: { ...params, format: 'pdf' }, cookie })
    const title = Array.from('月卡续费', (letter) => letter.charCodeAt(0).toString(16)).join('')
    expect(pdf.answer.rawPayload.toString('latin1')).toContain(title)
    await house.db.updateTable('payment_orders').set({ fen: 90_001 }).execute()
    expect((await verify()).isRight).toBe(false)
  })
})
