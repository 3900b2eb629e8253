import { maxKeptGaps, type SequenceGap, type SequenceReport } from '@gatehouse/platform/contract'

/** One message of a numbered stream. */
export interface Numbered {
  readonly seq: number
  /** Device clock. */
  readonly at: number
}

/** Everything that is remembered of one numbered stream; JSON. */
export interface Sequence {
  last: number
  /** Device time of `last`, and of the first message of the present count. */
  lastAt: number
  startedAt: number
  /** When `last` came in, by our clock. */
  heardAt: number
  gaps: number
  missing: number
  duplicates: number
  late: number
  restarts: number
  /** Messages in a row that were below `last`. */
  below: number
  /** Messages may have been taken that are not remembered here; so since `heardAt`. */
  unsure?: boolean
  unknown?: { from: number; to: number }
  /** The newest of the open gaps, */
  recent: SequenceGap[]
  /** and how many of them, from the front, belong to earlier counts: their numbers mean other messages now. */
  bygone: number
}

/** A count that may be a million years old must not make the sum useless. */
const maxMissing = Number.MAX_SAFE_INTEGER
/** So many low numbers in a row are no repetitions: a device repeats what it had in flight, and that is less. */
const restartAfterBelow = 100

export const newSequence = ({ seq, at }: Numbered, now: number): Sequence => ({
  ...{ last: seq, lastAt: at, startedAt: at, heardAt: now },
  ...{ gaps: 0, missing: 0, duplicates: 0, late: 0, restarts: 0, below: 0, recent: [], bygone: 0 },
})

/** Takes one acknowledged message into account. */
export function take(sequence: Sequence, message: Numbered, now: number): void {
  if (message.seq > sequence.last) advance(sequence, message, now)
  else if (isRestart(sequence, message)) restart(sequence, message, now)
  else if (closeGap(sequence, message.seq)) sequence.late += 1
  else {
    sequence.duplicates += 1
    sequence.below += 1
  }
}

/** Makes up for not knowing what was taken since it was written down. */
export function becomeUnsure(sequence: Sequence): void {
  sequence.unsure = true
}

export function toReport({
  last,
  gaps,
  missing,
  duplicates,
  late,
  restarts,
  unknown,
  recent,
}: Sequence): SequenceReport {
  return { lastSeq: last, gaps, missing, duplicates, late, restarts, ...(unknown && { unknown }), recent: [...recent] }
}

function advance(sequence: Sequence, message: Numbered, now: number): void {
  if (message.seq > sequence.last + 1) {
    if (sequence.unsure) sequence.unknown = { from: sequence.heardAt, to: now }
    else openGap(sequence, { from: sequence.last + 1, to: message.seq - 1, after: sequence.heardAt, before: now })
  }
  moveTo(sequence, message, now)
}

function moveTo(sequence: Sequence, { seq, at }: Numbered, now: number): void {
  sequence.last = seq
  sequence.lastAt = at
  sequence.heardAt = now
  sequence.below = 0
  delete sequence.unsure
}

/**
 * A lower number is a repetition or a straggler, unless the device counts anew: then it is younger than the last one,
 * or it is a first one that is not the first one we know.
 */
const isRestart = ({ lastAt, startedAt, below }: Sequence, { seq, at }: Numbered) =>
  at > lastAt || (seq <= 1 && at !== startedAt) || below >= restartAfterBelow

function restart(sequence: Sequence, message: Numbered, now: number): void {
  sequence.restarts += 1
  sequence.startedAt = message.at
  sequence.bygone = sequence.recent.length
  if (sequence.unsure) sequence.unknown = { from: sequence.heardAt, to: now }
  moveTo(sequence, message, now)
}

const widthOf = ({ from, to }: SequenceGap) => to - from + 1

function openGap(sequence: Sequence, gap: SequenceGap): void {
  sequence.gaps += 1
  sequence.missing = Math.min(maxMissing, sequence.missing + widthOf(gap))
  keep(sequence, [...sequence.recent, gap])
}

/** Whether `seq` was missing: a straggler makes a gap narrower, splits it or closes it. */
function closeGap(sequence: Sequence, seq: number): boolean {
  const { bygone } = sequence
  const index = sequence.recent.findIndex(({ from, to }, place) => place >= bygone && from <= seq && seq <= to)
  const gap = sequence.recent[index]
  if (!gap) return false
  const parts = [
    { ...gap, to: seq - 1 },
    { ...gap, from: seq + 1 },
  ].filter((part) => part.from <= part.to)
  sequence.missing -= 1
  sequence.gaps += parts.length - 1
  keep(sequence, sequence.recent.toSpliced(index, 1, ...parts))
  return true
}

function keep(sequence: Sequence, gaps: SequenceGap[]): void {
  sequence.recent = gaps.slice(-maxKeptGaps)
  sequence.bygone = Math.max(0, sequence.bygone - (gaps.length - sequence.recent.length))
}
