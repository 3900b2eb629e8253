import type { AuditProblem } from '../../contract/index.ts'
import { hashOf, type ChainedEntry, type Tail } from './chain.ts'

/** Ways to look into the table beyond the entry at hand. Asked only when something is wrong. */
export interface Lookup {
  byPrevious(hash: string): Promise<readonly ChainedEntry[]>
  byHash(hash: string): Promise<readonly ChainedEntry[]>
  isLast(number: number): Promise<boolean>
}

/** The last place where everything was right; `entry` is missing at the very beginning. */
export interface Good extends Tail {
  readonly entry?: ChainedEntry | undefined
}

/** How far entries are looked for that were moved by inserting or taking out others. */
const near = 64

const fitsAs = (entry: ChainedEntry, number: number) => hashOf({ ...entry, number }) === entry.hash

export const follows = (good: Tail, entry: ChainedEntry) =>
  entry.number === good.number + 1 && entry.previous === good.hash && fitsAs(entry, entry.number)

/** The number that an entry had when it was written, if that is not the one it has now. */
async function formerNumber(entry: ChainedEntry, lookup: Lookup): Promise<number | undefined> {
  const around = (number: number) => Array.from({ length: 2 * near + 1 }, (_, index) => number - near + index)
  const predecessors = await lookup.byHash(entry.previous)
  const candidates = [entry.number, ...predecessors.map(({ number }) => number)].flatMap(around)
  return candidates.find((number) => number !== entry.number && fitsAs(entry, number))
}

type Finding = Pick<AuditProblem, 'what' | 'number' | 'message' | 'until'> & {
  readonly entry?: ChainedEntry | undefined
}

const changed = (entry: ChainedEntry): Finding => ({
  ...{ what: 'changed', number: entry.number, entry },
  message: `Entry ${entry.number} is not as it was written`,
})
const inserted = (entry: ChainedEntry): Finding => ({
  ...{ what: 'inserted', number: entry.number, entry },
  message: `Entry ${entry.number} was put in afterwards`,
})
const reordered = (entry: ChainedEntry, genuine: ChainedEntry, expected: number): Finding => ({
  ...{ what: 'reordered', number: entry.number, entry },
  message: `Entry ${entry.number} does not stand in its place: what was entry ${expected} is now entry ${genuine.number}`,
})
function removed(from: number, until: number, after: ChainedEntry): Finding {
  const which = until > from ? `Entries ${from} to ${until} were` : `Entry ${from} was`
  return {
    what: 'removed',
    number: from,
    until,
    message: `${which} taken out before entry ${after.number}`,
    entry: undefined,
  }
}

/** The entry that once came next is still there, but somewhere else. */
async function displaced(entry: ChainedEntry, genuine: ChainedEntry, { expected, lookup }: Place): Promise<Finding> {
  if (genuine.number === entry.number) return changed(entry)
  const isMoved = entry.number > expected || (await formerNumber(entry, lookup)) !== undefined
  return isMoved ? reordered(entry, genuine, expected) : inserted(entry)
}
interface Place {
  readonly expected: number
  readonly lookup: Lookup
}

/** An entry that is whole in itself but continues another: it bears witness against the one before it. */
async function contradiction(good: Good, entry: ChainedEntry, lookup: Lookup): Promise<Finding> {
  const isWitnessed = (await lookup.byPrevious(entry.hash)).length > 0 || (await lookup.isLast(entry.number))
  return changed(isWitnessed && good.entry ? good.entry : entry)
}

async function find(good: Good, entry: ChainedEntry, lookup: Lookup): Promise<Finding> {
  const expected = good.number + 1
  if (good.entry && entry.previous === good.entry.previous && fitsAs(entry, good.number)) return inserted(good.entry)
  const genuine = (await lookup.byPrevious(good.hash)).find((candidate) => fitsAs(candidate, expected))
  if (genuine) return displaced(entry, genuine, { expected, lookup })
  if (entry.number > expected) return removed(expected, entry.number - 1, entry)
  if (fitsAs(entry, entry.number)) return contradiction(good, entry, lookup)
  const former = await formerNumber(entry, lookup)
  return former !== undefined && former > expected ? removed(expected, former - 1, entry) : changed(entry)
}

/** Says which entry is wrong, and how, where `entry` does not follow. */
export async function diagnose(good: Good, entry: ChainedEntry, lookup: Lookup): Promise<AuditProblem> {
  const { entry: culprit, ...finding } = await find(good, entry, lookup)
  const { day } = culprit ?? entry
  return { ...finding, day, ...(culprit && { at: culprit.at, actor: culprit.actor, action: culprit.action }) }
}
