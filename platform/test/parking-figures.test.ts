import { describe, expect, test } from 'vitest'
import { plainTariff } from '../src/domain/testing/tariffs.ts'
import { stayFee } from '../src/domain/index.ts'
import { hour, keeper, minute, openLot, stranger } from './parking-setup.ts'
import { databases, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const day = 24 * hour
/** Midnight in Shanghai. */
const start = Date.parse('2026-05-01T00:00:00+08:00')

interface Stay {
  readonly enteredAt: number
  readonly leftAt?: number
  readonly feeFen?: number
  readonly state?: string
}

/** Writes stays as lanes would have told them. */
async function keep({ db }: House, stays: readonly Stay[]) {
  const rows = stays.map(({ enteredAt, leftAt, feeFen = 0, state }, index) => ({
    ...{ session_id: `lane-in/${index}`, compound_id: 'garden', plate: `京B${10_000 + index}`, raw_plate: 'x' },
    ...{ vehicle_class: 'small', right_kind: 'temporary', entry_lane_id: 'lane-in', entered_at: enteredAt },
    ...{ state: state ?? (leftAt === undefined ? 'inside' : 'closed'), left_at: leftAt ?? null, tariff_version: 1 },
    ...{ fee_fen: feeFen, paid_fen: Math.floor(feeFen / 2), waived_fen: 0, debt_fen: Math.ceil(feeFen / 2) },
  }))
  for (let from = 0; from < rows.length; from += 1000)
    await db
      .insertInto('parking_sessions')
      .values(rows.slice(from, from + 1000))
      .execute()
}

describe.each(databases)('figures of parking on %s', (kind) => {
  async function open() {
    const lot = await openLot(databaseFor, kind, { startAt: Date.parse('2026-06-02T12:00:00+08:00') })
    const { reports, whatIfs, rules } = lot.services.parking
    return { ...lot, reports, whatIfs, rules }
  }

  test('days, hours and durations are those of the wall', async () => {
    const { house, reports, rules } = await open()
    const { policy } = await rules.get(keeper, 'garden')
    await rules.putPolicies(keeper, 'garden', { capacity: 2, policy, lanes: {} })
    await keep(house, [
      { enteredAt: start - hour, leftAt: start + 30 * minute, feeFen: 701 },
      { enteredAt: start + 30 * minute, leftAt: start + 23.5 * hour, feeFen: 3000 },
      { enteredAt: start + 23 * hour, leftAt: start + day, feeFen: 500 },
      { enteredAt: start + day - 1 },
      { enteredAt: start + hour, leftAt: start + 2 * hour, state: 'ghost' },
    ])
    const report = await reports.get(keeper, 'garden', { from: start, to: start + 2 * day })
    expect(report.days).toEqual([
      {
        ...{ day: '2026-05-01', entries: 4, exits: 2, feeFen: 3701, paidFen: 1850, waivedFen: 0, debtFen: 1851 },
        turnover: 1,
      },
      {
        ...{ day: '2026-05-02', entries: 0, exits: 1, feeFen: 500, paidFen: 250, waivedFen: 0, debtFen: 250 },
        turnover: 0.5,
      },
    ])
    const inside = report.occupancy.map((point) => point.inside)
    expect(report.occupancy).toHaveLength(49)
    expect(report.occupancy[0]).toEqual({ at: start, inside: 1 })
    expect([inside[1], inside[2], inside[3], inside[23], inside[24], inside[25]]).toEqual([1, 2, 1, 1, 2, 1])
    expect(report.durations.filter(({ count }) => count > 0)).toEqual([
      { upToMinutes: 60, count: 1 },
      { upToMinutes: 120, count: 1 },
      { upToMinutes: 1440, count: 1 },
    ])
  })

  test('a report that begins and ends within an hour counts only what is in it, up to its end', async () => {
    const { house, reports } = await open()
    const minutes = [10, 40, 125, 140]
    await keep(
      house,
      minutes.map((after) => ({ enteredAt: start + after * minute })),
    )
    const report = await reports.get(keeper, 'garden', { from: start + 30 * minute, to: start + 130 * minute })
    expect(report.days).toMatchObject([{ day: '2026-05-01', entries: 2 }])
    expect(report.occupancy).toEqual([
      { at: start + hour, inside: 2 },
      { at: start + 2 * hour, inside: 2 },
      { at: start + 130 * minute, inside: 3 },
    ])
  })

  test('a report has bounds, and its compound', async () => {
    const { reports } = await open()
    for (const to of [start, start + 401 * day])
      await expect(reports.get(keeper, 'garden', { from: start, to })).rejects.toMatchObject({
        code: 'REPORT_TOO_LONG',
      })
    await expect(reports.get(stranger, 'garden', { from: start, to: start + day })).rejects.toThrow()
  })

  test('the tariff that was in force changes nothing', async () => {
    const { house, whatIfs, draft } = await open()
    await keep(
      house,
      [20, 61, 480, 1441].map((minutes) => {
        const stay = { enteredAt: start + day, leftAt: start + day + minutes * minute }
        const { fen: feeFen } = stayFee(plainTariff, { vehicleClass: 'small', from: stay.enteredAt, to: stay.leftAt })
        return { ...stay, feeFen }
      }),
    )
    const found = await whatIfs.replay(keeper, 'garden', { month: '2026-05', draft })
    expect(found).toMatchObject({
      ...{ from: start, to: Date.parse('2026-06-01T00:00:00+08:00'), sessions: 4 },
      ...{ unchanged: 4, dearer: 0, cheaper: 0, examples: [], changes: [{ fromFen: 0, toFen: 1, count: 4 }] },
    })
    expect(found.draftFen).toBe(found.chargedFen)
  })

  test('a draft shows whom it changes, and by how much', async () => {
    const { house, whatIfs, draft } = await open()
    await keep(house, [
      { enteredAt: start + day, leftAt: start + day + 20 * minute, feeFen: 0 },
      { enteredAt: start + day, leftAt: start + day + 45 * minute, feeFen: 500 },
      { enteredAt: start + 3 * day, leftAt: start + 5 * day, feeFen: 6000 },
      { enteredAt: start + 3 * day, leftAt: start + 40 * day, feeFen: 6000 },
    ])
    const found = await whatIfs.replay(keeper, 'garden', {
      month: '2026-05',
      draft: { ...draft, freeMinutes: 15, cap: { kind: 'rolling-24h', fen: 2000 } },
    })
    expect(found).toMatchObject({ sessions: 3, chargedFen: 6500, draftFen: 5000, dearer: 1, cheaper: 1, unchanged: 1 })
    expect(found.changes).toEqual([
      { fromFen: -2000, toFen: -1000, count: 1 },
      { fromFen: 0, toFen: 1, count: 1 },
      { fromFen: 500, toFen: 1000, count: 1 },
    ])
    expect(found.days).toEqual([
      { day: '2026-05-02', chargedFen: 500, draftFen: 1000 },
      { day: '2026-05-06', chargedFen: 6000, draftFen: 4000 },
    ])
    expect(found.examples.map(({ chargedFen, draftFen }) => draftFen - chargedFen)).toEqual([-2000, 500])
    await expect(whatIfs.replay(stranger, 'garden', { month: '2026-05', draft })).rejects.toThrow()
    const bad = { ...draft, classes: [{ vehicleClasses: ['small' as const], periods: [] }] }
    await expect(whatIfs.replay(keeper, 'garden', { month: '2026-05', draft: bad })).rejects.toMatchObject({
      code: 'TARIFF_INVALID',
    })
  })

  test('a month of many stays is replayed in pieces, and others have their turn', async () => {
    const { house, whatIfs, draft } = await open()
    await keep(
      house,
      Array.from({ length: 5000 }, (_, index) => {
        const enteredAt = start + day + (index % 20) * day
        return { enteredAt, leftAt: enteredAt + (30 + (index % 3000)) * minute, feeFen: 500 }
      }),
    )
    let turns = 0
    const beat = setInterval(() => (turns += 1), 1)
    const found = await whatIfs.replay(keeper, 'garden', { month: '2026-05', draft })
    clearInterval(beat)
    expect(found.sessions).toBe(5000)
    expect(turns).toBeGreaterThan(5)
  })
})
