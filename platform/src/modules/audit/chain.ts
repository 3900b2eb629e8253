import { createHash } from 'node:crypto'

/** One entry as it is stored; everything but `hash` goes into the hash. */
export interface ChainedEntry {
  /** UTC day, never earlier than that of the entry before: a clock that was set back does not open an old day again. */
  readonly day: string
  /** Counts from 1 over all days without a gap. */
  readonly number: number
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly target: string | null
  readonly compoundId: string | null
  readonly address: string | null
  readonly reason: string | null
  readonly outcome: string
  /** JSON as it is stored. */
  readonly details: string
  /** Hash of the entry before, also over the border of a day: so a day that was taken out shows. */
  readonly previous: string
  readonly hash: string
}
export type Unchained = Omit<ChainedEntry, 'day' | 'number' | 'previous' | 'hash'>
export interface Tail {
  readonly number: number
  readonly day: string
  readonly hash: string
}

/** What stands before the first entry. */
export const beginning: Tail = { number: 0, day: '', hash: '0'.repeat(64) }

/** UTC, because a chain must not depend on a setting that can be changed. */
export const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)

/** A list in JSON cannot be read in two ways, and its order is ours, not that of an object. */
const canonical = (entry: Omit<ChainedEntry, 'hash'>) =>
  JSON.stringify([
    'gatehouse-audit-1',
    ...[entry.day, entry.number, entry.at, entry.actor, entry.action, entry.target, entry.compoundId],
    ...[entry.address, entry.reason, entry.outcome, entry.details, entry.previous],
  ])

export const hashOf = (entry: Omit<ChainedEntry, 'hash'>) => createHash('sha256').update(canonical(entry)).digest('hex')

/** Numbers and links entries in the order given, after `tail`. */
export function link(tail: Tail, entries: readonly Unchained[]): ChainedEntry[] {
  let last = tail
  return entries.map((entry) => {
    const day = dayOf(entry.at)
    const open = { ...entry, day: day > last.day ? day : last.day, number: last.number + 1, previous: last.hash }
    const chained = { ...open, hash: hashOf(open) }
    last = chained
    return chained
  })
}
