import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { getPayOrder, getPayPage, quotePayment, createPayOrder } from '../src/contract/index.ts'
import { imbalanceOf } from '../src/domain/index.ts'
import {
  balance,
  begin,
  click,
  minuteMs,
  noticeOf,
  notify,
  plate,
  quote,
  sessionId,
  startLot,
} from './payments-setup.ts'
import { call, databases, system, usePostgres, type DatabaseKind, type House } from './setup.ts'

const databaseFor = usePostgres()

describe.each(databases)('payments on %s', (kind: DatabaseKind) => {
  const start = async () => startLot(await databaseFor(kind))
  const statesOf = async ({ services }: House) =>
    (await services.payments.orders.list(system, {})).map(({ state }) => state)

  async function beginPaying() {
    const lot = await start()
    const { quoteId, dueFen } = await quote(lot.house, lot.laneToken)
    const order = await begin(lot.house, lot.laneToken, quoteId)
    return { ...lot, quoteId, dueFen, order }
  }
  const credits = async (house: House) =>
    (await house.services.desired.missing('garden', {})).find(({ area }) => area === 'payments')?.body

  test('whoever pays the quote may leave: order, books and gateway know it', async () => {
    const { house, laneToken, quoteId, dueFen, order } = await beginPaying()
    expect(await begin(house, laneToken, quoteId)).toEqual(order)
    await click(house, order.orderId)
    await house.services.payments.tick()
    const params = { laneToken, orderId: order.orderId }
    expect((await call(house, getPayOrder, { params })).body).toMatchObject({ state: 'paid', fen: dueFen })
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen)
    expect(await credits(house)).toMatchObject({ credits: [{ sessionId, fen: dueFen, kind: 'payment' }] })
    const again = await quote(house, laneToken)
    expect(again).toMatchObject({ result: 'nothing-due', dueFen: 0 })
    expect(again.leaveBy).toBeGreaterThan(house.time.now)
  })

  test('a notification that comes twice, under the same or another number, counts once', async () => {
    const { house, dueFen, order } = await beginPaying()
    const notice = noticeOf(order, house.time.now)
    const all = [notice, notice, { ...notice, id: 'another' }]
    const answers = await Promise.all(all.map((each) => notify(house, each)))
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual(all.map(() => [200, 'ok']))
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen)
  })

  test('a forged notification and one of a provider that is off change nothing', async () => {
    const { house, order } = await beginPaying()
    expect((await notify(house, noticeOf(order, house.time.now), true)).statusCode).toBe(401)
    const off = await house.app.inject({ method: 'POST', url: '/api/pay/notify/wechat', payload: {} })
    expect(off.json()).toMatchObject({ code: 'PAYMENT_PROVIDER_OFF' })
    expect(await statesOf(house)).toEqual(['created'])
    expect(await balance(house, 'clearing:sandbox')).toBe(0)
  })

  test('what came out of order changes nothing after the payment', async () => {
    const { house, dueFen, order } = await beginPaying()
    const notice = noticeOf(order, house.time.now)
    await notify(house, notice)
    expect((await notify(house, { ...notice, id: 'earlier', state: 'waiting' })).statusCode).toBe(200)
    expect(await statesOf(house)).toEqual(['paid'])
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen)
  })

  test('another amount counts as what it is: the rest stays due', async () => {
    const { house, laneToken, dueFen, order } = await beginPaying()
    await notify(house, noticeOf({ ...order, fen: dueFen - 100 }, house.time.now))
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen - 100)
    expect(await quote(house, laneToken)).toMatchObject({ result: 'due', dueFen: 100 })
  })

  test('without a notification the provider is asked; an order that nobody pays expires', async () => {
    const { house, dueFen, order } = await beginPaying()
    await click(house, order.orderId)
    await house.db.updateTable('sandbox_payments').set({ notify_at: null }).execute()
    house.time.now += minuteMs
    await house.services.payments.tick()
    expect(await statesOf(house)).toEqual(['paid'])
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen)
  })

  test('an order that expired and was paid after all is a credit of the car that is still inside', async () => {
    const { house, laneToken, dueFen, order } = await beginPaying()
    house.time.now += 10 * minuteMs
    await house.services.payments.tick()
    expect(await statesOf(house)).toEqual(['expired'])
    house.time.now += 50 * minuteMs
    await notify(house, noticeOf(order, house.time.now))
    expect(await statesOf(house)).toEqual(['paid'])
    // The time to leave began when the amount ceased to be right, not when somebody paid at last.
    const due = await quote(house, laneToken)
    expect(due.result).toBe('due')
    expect(due.dueFen).toBeLessThan(dueFen)
  })

  test('paid after it left: a debt is settled, and what is too much goes back by itself', async () => {
    const { house, leave, dueFen, order } = await beginPaying()
    await leave({ feeFen: dueFen - 200, debtFen: dueFen - 200 })
    expect(await balance(house, 'debts')).toBe(dueFen - 200)
    await click(house, order.orderId)
    await notify(house, noticeOf(order, house.time.now))
    expect(await balance(house, 'debts')).toBe(0)
    expect(await statesOf(house)).toEqual(['refunding'])
    await house.services.payments.tick()
    expect(await statesOf(house)).toEqual(['paid'])
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen - 200)
    expect(await balance(house, 'receivable')).toBe(0)
  })

  test('a debt that is paid the next day is none any more where the stay is shown, until it is paid back', async () => {
    const { house, leave } = await beginPaying()
    const { sessions } = house.services.parking
    await house.services.payments.cash(system, sessionId, { fen: 200, receipt: 'A-1' })
    await leave({ feeFen: 900, paidFen: 200, waivedFen: 100, debtFen: 600 })
    const shown = async () => {
      const { session, dueFen } = await sessions.detail(system, sessionId)
      expect(await sessions.list(system, {})).toEqual([session])
      return { dueFen, paidFen: session.paidFen, debtFen: session.debtFen }
    }
    expect(await shown()).toEqual({ dueFen: 600, paidFen: 200, debtFen: 600 })
    house.time.now += 24 * 60 * minuteMs
    const { orderId } = await house.services.payments.cash(system, sessionId, { fen: 600, receipt: 'A-2' })
    expect(await shown()).toEqual({ dueFen: 0, paidFen: 800, debtFen: 0 })
    const request = { fen: 600, reason: 'wrong car', requestId: 'r-1' }
    await house.services.payments.refunds.refund(system, orderId, request)
    expect(await shown()).toEqual({ dueFen: 600, paidFen: 200, debtFen: 600 })
  })

  test('what the lane let go while the centre had the money is no debt, and an end told twice is booked once', async () => {
    const { house, leave, dueFen, order } = await beginPaying()
    await notify(house, noticeOf(order, house.time.now))
    await leave({ feeFen: dueFen, debtFen: dueFen })
    await leave({ feeFen: dueFen, debtFen: dueFen })
    expect([await balance(house, 'debts'), await balance(house, 'receivable')]).toEqual([0, 0])
    expect(await balance(house, 'revenue')).toBe(-dueFen)
    expect(await statesOf(house)).toEqual(['paid'])
  })

  test('when the books cannot be written the payment is not taken, and counts once when they can', async () => {
    const { house, dueFen, order } = await beginPaying()
    const notice = noticeOf(order, house.time.now)
    await sql`alter table ledger_entries rename to ledger_entries_away`.execute(house.db)
    expect((await notify(house, notice)).statusCode).toBe(500)
    expect(await statesOf(house)).toEqual(['created'])
    await sql`alter table ledger_entries_away rename to ledger_entries`.execute(house.db)
    expect((await notify(house, notice)).statusCode).toBe(200)
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen)
  })

  test('a refund counts once for each request, in parts, and never more than was paid', async () => {
    const { house, laneToken, dueFen, order } = await beginPaying()
    await notify(house, noticeOf(order, house.time.now))
    await click(house, order.orderId)
    const refund = (requestId: string, fen: number) =>
      house.services.payments.refunds.refund(system, order.orderId, { requestId, fen, reason: 'wrong car' })
    const parts = await Promise.all([refund('request-1', 100), refund('request-1', 100)])
    expect(parts.at(-1)).toMatchObject({ refundedFen: 100 })
    await expect(refund('request-1', 50)).rejects.toMatchObject({ code: 'REFUND_TAKEN' })
    await expect(refund('request-2', dueFen)).rejects.toMatchObject({ code: 'REFUND_TOO_HIGH' })
    expect(await refund('request-3', dueFen - 100)).toMatchObject({ state: 'refunded', refundedFen: dueFen })
    expect(await balance(house, 'clearing:sandbox')).toBe(0)
    expect(await quote(house, laneToken)).toMatchObject({ result: 'due', dueFen })
  })

  test('a bill brings what only the provider knows, also of an order that we lost', async () => {
    const { house, dueFen, order } = await beginPaying()
    await click(house, order.orderId)
    await house.db.deleteFrom('payment_orders').execute()
    const reconcile = () => house.services.payments.reconcile(system, { provider: 'sandbox', day: '2026-06-01' })
    expect(await reconcile()).toMatchObject({
      differences: [{ kind: 'missing-here', orderId: order.orderId, thereFen: dueFen, mended: true }],
    })
    expect(await balance(house, 'clearing:sandbox')).toBe(dueFen)
    expect(await reconcile()).toMatchObject({ matched: 1, matchedFen: dueFen, differences: [] })
    await house.db.deleteFrom('sandbox_payments').execute()
    expect(await reconcile()).toMatchObject({ differences: [{ kind: 'missing-there', hereFen: dueFen }] })
  })

  test('cash counts once for each receipt', async () => {
    const { house } = await start()
    const { cash } = house.services.payments
    const pay = (fen: number) => cash(system, sessionId, { fen, receipt: 'R-1' })
    const [first, second] = await Promise.all([pay(300), pay(300)])
    expect(second).toEqual(first)
    await expect(pay(200)).rejects.toMatchObject({ code: 'RECEIPT_TAKEN' })
    expect(await balance(house, 'clearing:cash')).toBe(300)
  })

  test('entries of the ledger can be neither changed nor removed', async () => {
    const { house, order } = await beginPaying()
    await notify(house, noticeOf(order, house.time.now))
    await expect(house.db.updateTable('ledger_entries').set({ at: 0 }).execute()).rejects.toThrow(/never changed/)
    await expect(house.db.deleteFrom('ledger_entries').execute()).rejects.toThrow(/never changed/)
    const entries = await house.services.ledger.list(system, 'garden', {})
    expect(imbalanceOf(entries)).toBe(0)
  })

  test('a quote is good at its lane and for five minutes; a code is void after it was renewed', async () => {
    const { house, laneToken } = await start()
    const { quoteId } = await quote(house, laneToken)
    const wanted = {
      params: { laneToken },
      body: { quoteId: `${quoteId.slice(0, -2)}xx`, provider: 'sandbox' as const },
    }
    expect((await call(house, createPayOrder, wanted)).status).toBe(409)
    house.time.now += 6 * minuteMs
    const late = { params: { laneToken }, body: { quoteId, provider: 'sandbox' as const } }
    expect((await call(house, createPayOrder, late)).status).toBe(409)
    await house.services.payments.page.renew(system, 'barrier-garden')
    expect((await call(house, getPayPage, { params: { laneToken } })).status).toBe(404)
  })

  test('whoever tries plates out is stopped', async () => {
    const { house, laneToken } = await start()
    const ask = (number: number) =>
      call(house, quotePayment, { params: { laneToken }, body: { plate: `京A${10_000 + number}` } })
    const answers = []
    for (let number = 0; number < 12; number += 1) answers.push((await ask(number)).status)
    expect(answers.filter((status) => status === 429)).toHaveLength(2)
    house.time.now += 11 * minuteMs
    expect(await quote(house, laneToken, plate)).toMatchObject({ result: 'due' })
  })
})
