import { dayMs, type TimeZone } from '../../core/time-zone.ts'

export interface Piece {
  readonly from: number
  readonly to: number
  readonly offsetMs: number
}

/** The first moment after `from` at which the wall differs from UTC by something else than at `from`. */
function changeBetween(zone: TimeZone, from: number, to: number): number {
  let [before, after] = [from, to]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (zone.offsetAt(middle) === zone.offsetAt(from)) before = middle
    else after = middle
  }
  return after
}

/** Parts of a span in which the clocks on the wall are not changed. */
export function piecesOf(zone: TimeZone, from: number, to: number): Piece[] {
  const starts = [from]
  for (let at = from; at < to; at += dayMs) {
    const next = Math.min(at + dayMs, to - 1)
    if (zone.offsetAt(next) !== zone.offsetAt(at)) starts.push(changeBetween(zone, at, next))
  }
  return starts.map((start, index) => ({ from: start, to: starts[index + 1] ?? to, offsetMs: zone.offsetAt(start) }))
}
