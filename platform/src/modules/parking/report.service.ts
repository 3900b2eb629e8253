import type { ParkingReport } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import { createTimeZone, dayMs } from '../../core/time-zone.ts'
import type { Database } from '../../database/database.ts'
import { reportTooLong } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import * as repo from './report.repo.ts'
import { piecesOf, type Piece } from './time-pieces.ts'
import { findRules } from './rules.repo.ts'

export interface ReportPorts {
  readonly db: Database
  readonly compounds: CompoundsService
  readonly timeZone: string
}

const hourMs = 3_600_000
const mostDays = 400
const limitsMinutes = [15, 30, 60, 120, 240, 480, 720, 1440, 2880, 10_080] as const

type Day = ParkingReport['days'][number]
const emptyDay = (day: string): Day => ({
  ...{ day, entries: 0, exits: 0, feeFen: 0, paidFen: 0, waivedFen: 0, debtFen: 0 },
})

/** The day of a slice, by the wall. */
const nameOf = (index: number) => new Date(index * dayMs).toISOString().slice(0, 10)

/** Adds figures to the day that a slice is. */
function addTo(days: Map<string, Day>, index: number, more: Partial<Omit<Day, 'day' | 'turnover'>>): void {
  const day = days.get(nameOf(index)) ?? emptyDay(nameOf(index))
  const sums = Object.entries(more).map(([name, count]) => [name, Number(day[name as keyof Day]) + count])
  days.set(day.day, { ...day, ...(Object.fromEntries(sums) as Partial<Day>) })
}

/** Occupancy, duration, turnover and income. All that is counted is counted by the database. */
export function createReportService({ db, compounds, timeZone }: ReportPorts) {
  const zone = createTimeZone(timeZone)

  async function daysOf({ compoundId, from, to }: repo.Span, pieces: readonly Piece[]): Promise<Day[]> {
    const days = new Map<string, Day>()
    for (let at = from; at < to; at += dayMs) days.set(zone.dayOf(at), emptyDay(zone.dayOf(at)))
    days.set(zone.dayOf(to - 1), emptyDay(zone.dayOf(to - 1)))
    for (const piece of pieces) {
      const slices = { compoundId, ...piece, base: -piece.offsetMs, stepMs: dayMs }
      for (const [index, entries] of await repo.countBySlice(db, 'entered_at', slices)) addTo(days, index, { entries })
      for (const [index, money] of await repo.moneyBySlice(db, slices)) addTo(days, index, { ...money })
    }
    return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
  }

  /** Cars inside at each full hour of the wall, and at the end. */
  async function occupancyOf({ compoundId, from, to }: repo.Span, pieces: readonly Piece[]) {
    const points: ParkingReport['occupancy'] = []
    let inside = await repo.insideAt(db, compoundId, from)
    for (const piece of pieces) {
      const base = -piece.offsetMs
      const slices = { compoundId, ...piece, base, stepMs: hourMs }
      const [came, went] = [
        await repo.countBySlice(db, 'entered_at', slices),
        await repo.countBySlice(db, 'left_at', slices),
      ]
      const last = Math.floor((piece.to - 1 - base) / hourMs)
      for (let index = Math.floor((piece.from - base) / hourMs); index <= last; index += 1) {
        const at = index * hourMs + base
        if (at >= from && at >= piece.from && at < to) points.push({ at, inside })
        inside += (came.get(index) ?? 0) - (went.get(index) ?? 0)
      }
    }
    return [...points, { at: to, inside }]
  }

  return {
    async get(
      caller: Caller,
      compoundId: string,
      { from, to }: Pick<repo.Span, 'from' | 'to'>,
    ): Promise<ParkingReport> {
      await compounds.get(caller, compoundId)
      if (to <= from || to - from > mostDays * dayMs) throw reportTooLong(mostDays)
      const span = { compoundId, from, to }
      const pieces = piecesOf(zone, from, to)
      const capacity = (await findRules(db, compoundId))?.capacity ?? 0
      const counts = await repo.countDurations(
        db,
        span,
        limitsMinutes.map((minutes) => minutes * 60_000),
      )
      const days = await daysOf(span, pieces)
      return {
        ...{ from, to },
        days: days.map((day) => ({ ...day, ...(capacity > 0 && { turnover: day.exits / capacity }) })),
        occupancy: await occupancyOf(span, pieces),
        durations: [...limitsMinutes, null].map((upToMinutes, index) => ({ upToMinutes, count: counts[index] ?? 0 })),
      }
    },
  }
}

export type ReportService = ReturnType<typeof createReportService>
