import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createRandom } from '../../src/core/seeded-random.ts'
import { dayAndNight, hourly } from '../../src/street-week/agreements.ts'
import type { OracleStay } from '../../src/street-week/lot-oracle.ts'
import type { LotPlay } from '../../src/street-week/lot-play.ts'
import { planLot, playLot } from '../../src/street-week/play-lot.ts'
import { startCentre } from './centre.ts'
import { startLotGateway } from './lot-gateway.ts'

export interface StreetPlan {
  readonly lots: number
  readonly days: number
  readonly residents: number
  readonly strangers: number
  readonly seed: string
}

declare module 'vitest' {
  interface ProvidedContext {
    week: StreetPlan
  }
}

/** A Monday, midnight at the place. */
const from = Date.parse('2026-06-01T00:00:00+08:00')

/** Plays the same days at every lot of a street, and lays what the platform has on record beside the oracle's. */
export async function playStreet({ lots, days, residents, strangers, seed }: StreetPlan) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-street-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const plans = Array.from({ length: lots }, (_, index) => {
    const lotId = `lot-${index + 1}`
    const given = { lotId, index, from, days, residents, strangers, random: createRandom(`${seed}/${lotId}`) }
    const { cars, permits } = planLot(given)
    const agreement = {
      tariff: index % 3 === 1 ? dayAndNight : hourly,
      capacity: index % 8 === 1 ? Math.round(residents * 0.9) : 5000,
      unpaid: index % 4 < 2 ? ('open-and-record-debt' as const) : ('hold-for-help' as const),
      ...{ patienceMs: 30_000, permits },
    }
    return { ...given, cars, agreement }
  })
  const { centre, stays, statement, giveBack } = await startCentre(plans, from)
  const play = async (plan: (typeof plans)[number]) => {
    const gateway = await startLotGateway({ lotId: plan.lotId, folder, centre, from })
    try {
      return await playLot(plan, gateway.port)
    } finally {
      await gateway.close()
    }
  }
  const plays = await Promise.all(plans.map(play))
  await giveBack(from + days * 86_400_000)
  const differences = await Promise.all(
    plays.map(async (lot) => [
      ...differencesOf(lot, await stays(lot.lotId)),
      ...differencesOfBooks(lot, await statement(lot.lotId, '2026-06')),
    ]),
  )
  return { plays, differences: differences.flat(), totals: totalsOf(plays) }
}

type Report = Awaited<ReturnType<Awaited<ReturnType<typeof startCentre>>['statement']>>

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, fen) => sum + fen, 0)

/** What was paid beyond the fee of a stay that was seen to leave goes back as far as it came by phone. */
function refundOf({ credits, end }: OracleStay): number {
  if (end?.outcome !== 'left') return 0
  const surplus = sumOf(credits.map(({ fen }) => fen)) - (end.feeFen - end.waivedFen)
  const byPhone = sumOf(credits.filter((credit) => credit.byPhone).map(({ fen }) => fen))
  return Math.max(0, Math.min(surplus, byPhone))
}

/** The ledger must balance, agree with what was told and taken, and with the oracle to the fen. */
function differencesOfBooks({ lotId, oracle }: LotPlay, { booked, differences, isRight }: Report) {
  const all = Array.from(oracle.stays.values())
  const ends = all.flatMap(({ end }) => end ?? [])
  const expected = {
    feeFen: sumOf(ends.map(({ feeFen }) => feeFen)),
    waivedFen: sumOf(ends.map(({ waivedFen }) => waivedFen)),
    debtFen: sumOf(ends.map(({ debtFen }) => debtFen)),
    receivedFen: sumOf(all.flatMap(({ credits }) => credits.map(({ fen }) => fen))),
    refundedFen: sumOf(all.map(refundOf)),
    imbalanceFen: 0,
  }
  const wrong = Object.entries(expected).filter(([name, fen]) => booked[name as keyof typeof expected] !== fen)
  if (isRight && wrong.length === 0) return []
  return [{ lotId, problem: 'the books', expected: Object.fromEntries(wrong), booked, entries: differences }]
}

interface Row {
  readonly session_id: string
  readonly plate: string
  readonly right_kind: string
  readonly state: string
  readonly entered_at: number
  readonly left_at: number | null
  readonly fee_fen: number
  readonly paid_fen: number
  readonly waived_fen: number
  readonly debt_fen: number
}

/** Every stay that is not on record as it was. */
function differencesOf({ oracle, lotId }: LotPlay, rows: readonly Row[]) {
  const seen = new Set(rows.map(({ session_id: sessionId }) => sessionId))
  const missing = Array.from(oracle.stays.values()).filter(({ sessionId }) => !seen.has(sessionId))
  return [
    ...missing.map((stay) => ({ lotId, problem: 'missing', stay })),
    ...rows.flatMap((row) => {
      const stay = oracle.stays.get(row.session_id)
      if (!stay?.end) return [{ lotId, problem: 'not to be there', row, stay }]
      const { outcome, leftAt, feeFen, paidFen, waivedFen, debtFen } = stay.end
      const expected = {
        ...{ plate: stay.plate, right_kind: stay.right, state: outcome === 'left' ? 'closed' : 'ghost' },
        ...{ entered_at: stay.enteredAt, left_at: leftAt, fee_fen: feeFen, paid_fen: paidFen },
        ...{ waived_fen: waivedFen, debt_fen: debtFen },
      }
      const wrong = Object.entries(expected).filter(([name, value]) => row[name as keyof Row] !== value)
      return wrong.length === 0 ? [] : [{ lotId, problem: 'otherwise', row, expected: Object.fromEntries(wrong), stay }]
    }),
  ]
}

function totalsOf(plays: readonly LotPlay[]) {
  const totals: Record<string, number> = {}
  for (const { counts, oracle } of plays) {
    for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + Number(count)
    totals['stays'] = (totals['stays'] ?? 0) + oracle.stays.size
  }
  return totals
}
