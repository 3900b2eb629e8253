import { defaultLanePolicy } from '@gatehouse/platform/domain'
import { createTurns } from '../../../gateway/src/areas/parking/turns.ts'
import { createTimeZone } from '../../../platform/src/core/time-zone.ts'
import { verifyStatement } from '../../../platform/src/modules/ledger/verify-statement.ts'
import { setup, system, type House } from '../../../platform/test/setup.ts'
import type { LotAgreement } from '../../src/street-week/lot-oracle.ts'
import type { Payment } from '../../src/street-week/lot-play.ts'
import type { LotCentre } from './lot-gateway.ts'

export interface Lot {
  readonly lotId: string
  readonly agreement: LotAgreement
}

const classes = ['small', 'large', 'new-energy', 'other'] as const
const zone = createTimeZone('Asia/Shanghai')

/** A compound with its gateway, two lanes, permits, policy and tariff. */
async function furnish({ services }: House, { lotId, agreement }: Lot, from: number) {
  const { tariff, permits, capacity, unpaid, patienceMs } = agreement
  const { periods, ...rest } = tariff
  await services.compounds.put(system, { id: lotId, name: lotId, path: `street/road/${lotId}` })
  await services.gateways.put(system, { gatewayId: `gw-${lotId}`, compoundId: lotId })
  for (const direction of ['in', 'out'] as const) {
    const device = { compoundId: lotId, kind: 'barrier', name: direction, place: 'gate', secret: 'barrier-secret' }
    await services.devices.put(system, `${lotId}-${direction}`, { ...device, settings: { direction } })
  }
  const { parking } = services
  await parking.permits.replace(
    system,
    lotId,
    permits.map((permit) => ({ holder: '', ...permit })),
  )
  await parking.rules.putPolicies(system, lotId, {
    capacity,
    policy: {
      ...{ ...defaultLanePolicy, temporary: true, expired: 'temporary', notInside: 'ask' },
      ...{ unpaid, unpaidPatienceSeconds: patienceMs / 1000 },
    },
    lanes: {},
  })
  const table = {
    vehicleClasses: [...classes],
    periods: periods.map((period) => ({ ...period, tiers: [...period.tiers] })),
  }
  await parking.rules.addTariff(system, lotId, { ...rest, name: '临时停车', validFrom: from, classes: [table] })
}

/** The desk and the page of the lane, with the built-in provider behind it. */
function createTill({ services }: House) {
  const { payments } = services
  const tokens = new Map<string, string>()

  async function tokenOf(laneId: string) {
    const token = tokens.get(laneId) ?? (await payments.page.code(system, laneId)).laneToken
    tokens.set(laneId, token)
    return token
  }

  async function byPhone(lotId: string, plate: string, { sessionId, fen }: Payment) {
    const token = await tokenOf(`${lotId}-out`)
    const { dueFen, quoteId } = await payments.page.quote(token, { plate, address: sessionId })
    if (dueFen !== fen || quoteId === undefined)
      throw new Error(`${lotId}: the centre asks ${dueFen} fen for ${sessionId}, the oracle ${fen}`)
    const payer = { address: sessionId, isInWechat: false }
    const { order } = await payments.page.begin(token, { quoteId, provider: 'sandbox', payer })
    await payments.sandboxPay(order.orderId)
    await payments.tick()
  }

  return async (lotId: string, payment: Payment) => {
    const { sessionId, fen, receipt, plate } = payment
    if (plate === undefined) await payments.cash(system, sessionId, { fen, receipt })
    else await byPhone(lotId, plate, payment)
  }
}

/** The platform with a real database on disk, furnished with the lots of a street. */
export async function startCentre(lots: readonly Lot[], from: number) {
  const house = await setup({ startAt: from, payments: { sandbox: true } })
  const { services, db, time } = house
  for (const lot of lots) await furnish(house, lot, from)
  const pay = createTill(house)
  const turns = createTurns()

  /** Lots are played side by side, each in a time of its own: the centre lives in that of whom it listens to. */
  const at = <T>(now: number, work: () => Promise<T>): Promise<T> =>
    turns.run(() => {
      time.now = now
      return work()
    })

  const centre: LotCentre = {
    take: (lotId, now, records) =>
      at(now, async () => {
        const batch = { records, lane: 'backlog', clock: now } as const
        const { seq } = await services.records.store(`gw-${lotId}`, batch)
        return seq
      }),
    missing: (lotId, now, known) => at(now, () => services.desired.missing(lotId, known)),
    pay: (lotId, now, payment) => at(now, () => pay(lotId, payment)),
  }
  const stays = (lotId: string) =>
    db.selectFrom('parking_sessions').selectAll().where('compound_id', '=', lotId).execute()
  const statement = (lotId: string, month: string) =>
    verifyStatement(db, { compound: { id: lotId, name: lotId }, month, zone })
  /** What was paid too much goes back. */
  const giveBack = (now: number) => at(now, () => services.payments.tick())
  return { centre, stays, statement, giveBack }
}
