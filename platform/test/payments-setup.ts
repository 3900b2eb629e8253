import { expect } from 'vitest'
import { createPayOrder, notifyPayment, paySandboxOrder, quotePayment } from '../src/contract/index.ts'
import { plainTariff } from '../src/domain/testing/tariffs.ts'
import { signNotice, type SandboxNotice } from '../src/modules/payments/providers/sandbox-notices.ts'
import { openVault } from '../src/core/vault.ts'
import { call, createOutbox, furnish, setup, system, type House, type SetupOptions } from './setup.ts'

export const minuteMs = 60_000
export const plate = '京A12345'
export const sessionId = 'barrier-garden/e1'

/** A compound with a tariff, where a car came in two hours ago. */
export async function startLot(
  databaseUrl: string | undefined,
  more: Pick<SetupOptions, 'folder' | 'payments' | 'http'> = {},
) {
  const house = await setup({ databaseUrl, payments: { sandbox: true }, ...more })
  await furnish(house)
  const { name, utcOffsetMinutes, freeMinutes, graceMinutes, cap, classes } = plainTariff
  const draft = { name, utcOffsetMinutes, freeMinutes, graceMinutes, cap, classes, validFrom: 0 }
  await house.services.parking.rules.addTariff(system, 'garden', draft)
  const outbox = createOutbox(house, 'gw-garden')
  const enter = (id = sessionId, number = plate) =>
    outbox.store([
      outbox.record(
        'parking.session-opened',
        {
          ...{ sessionId: id, plate: number, rawPlate: number, vehicleClass: 'small', right: 'temporary' },
          ...{ enteredAt: house.time.now },
        },
        { deviceId: 'barrier-garden' },
      ),
    ])
  const leave = (fees: { feeFen: number; paidFen?: number; debtFen?: number; waivedFen?: number }, id = sessionId) =>
    outbox.store([
      outbox.record(
        'parking.session-closed',
        {
          ...{ sessionId: id, outcome: 'left', leftAt: house.time.now, tariffVersion: 1 },
          ...{ paidFen: 0, debtFen: 0, waivedFen: 0, ...fees },
        },
        { deviceId: 'barrier-garden' },
      ),
    ])
  await enter()
  house.time.now += 120 * minuteMs
  const { laneToken } = await house.services.payments.page.code(system, 'barrier-garden')
  return { house, enter, leave, laneToken }
}

export async function quote(house: House, laneToken: string, number = plate) {
  const { status, body } = await call(house, quotePayment, { params: { laneToken }, body: { plate: number } })
  expect(status).toBe(200)
  return body as { result: string; quoteId: string; dueFen: number; leaveBy?: number }
}

export async function begin(house: House, laneToken: string, quoteId: string) {
  const body = { quoteId, provider: 'sandbox' as const }
  const answer = await call(house, createPayOrder, { params: { laneToken }, body })
  expect(answer.status).toBe(201)
  return (answer.body as { order: { orderId: string; fen: number } }).order
}

export const click = (house: House, orderId: string) => call(house, paySandboxOrder, { params: { orderId } })

/** A message as the provider would send it; `forged` signs with a key of its own. */
export async function notify(house: House, notice: SandboxNotice, forged = false) {
  const vault = await openVault(house.folder)
  const { headers, body } = signNotice(vault.keyFor(forged ? 'somebody' : 'sandbox'), notice)
  return house.app.inject({
    ...{ method: 'POST', url: notifyPayment.url.replace(':provider', 'sandbox'), payload: body },
    headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
  })
}

export const noticeOf = (order: { orderId: string; fen: number }, at: number): SandboxNotice => ({
  ...{ id: `n-${order.orderId}`, state: 'paid', orderId: order.orderId, fen: order.fen, paidAt: at },
  attach: `garden ${sessionId}`,
})

/** Sum of an account of the garden. */
export async function balance({ services }: House, account: string): Promise<number> {
  const entries = await services.ledger.list(system, 'garden', { limit: 1000 })
  return entries
    .flatMap(({ lines }) => lines)
    .filter((line) => line.account === account)
    .reduce((sum, { fen }) => sum + fen, 0)
}
