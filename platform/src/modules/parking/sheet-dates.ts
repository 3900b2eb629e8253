import { dayMs, type TimeZone } from '../../core/time-zone.ts'

/** What a cell says: a day, or a minute of it; both as UTC would show them. */
interface Shown {
  readonly at: number
  readonly isWholeDay: boolean
}

const written =
  /^(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?(?:[T\s]+(\d{1,2})[:时](\d{1,2})(?:[:分]\d{1,2})?秒?分?)?$/
const compact = /^(\d{4})(\d{2})(\d{2})$/
/** Excel counts days from here; its serial numbers from 2000 to 2099. */
const serialStart = Date.UTC(1899, 11, 30)
const serials = { first: 36_526, end: 73_051 } as const

function calendar([year = 0, month = 0, day = 0]: readonly number[]): number | undefined {
  const at = Date.UTC(year, month - 1, day)
  const back = new Date(at)
  const isReal = back.getUTCMonth() === month - 1 && back.getUTCDate() === day
  return isReal && year >= 2000 && year < 2100 ? at : undefined
}

function fromSerial(text: string): Shown | undefined {
  const serial = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || serial < serials.first || serial >= serials.end) return undefined
  const at = Math.round((serialStart + serial * dayMs) / 60_000) * 60_000
  return { at, isWholeDay: at % dayMs === 0 }
}

function shownIn(text: string): Shown | undefined {
  const match = written.exec(text) ?? compact.exec(text)
  if (!match) return fromSerial(text)
  const day = calendar(match.slice(1, 4).map(Number))
  const [hour, minute] = [Number(match[4] ?? 0), Number(match[5] ?? 0)]
  if (day === undefined || hour > 23 || minute > 59) return undefined
  const minutes = hour * 60 + minute
  return { at: day + minutes * 60_000, isWholeDay: minutes === 0 }
}

/**
 * The moment (UTC ms) that a cell means: `2026-12-31`, `2026/12/31`, `2026年12月31日`, `20261231` or a serial number of
 * Excel, each with or without a time. A day as the end of something is part of it.
 */
export function momentIn(text: string, bound: 'from' | 'until', zone: TimeZone): number | undefined {
  const shown = shownIn(text.normalize('NFKC').trim())
  if (!shown) return undefined
  return zone.momentOf(bound === 'until' && shown.isWholeDay ? shown.at + dayMs : shown.at)
}
