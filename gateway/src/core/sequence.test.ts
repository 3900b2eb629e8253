import fc from 'fast-check'
import { expect, test } from 'vitest'
import { becomeUnsure, newSequence, take, type Numbered, type Sequence } from './sequence.ts'

/** Messages with numbers as given, one a second by both clocks. */
function hear(seqs: readonly number[], before?: Sequence): Sequence {
  let sequence = before
  let now = before?.heardAt ?? 0
  for (const seq of seqs) {
    now += 1000
    const message = { seq, at: 10_000 + seq * 1000 }
    if (sequence) take(sequence, message, now)
    else sequence = newSequence(message, now)
  }
  if (!sequence) throw new Error('nothing was heard')
  return sequence
}

test('a jump is a gap with its numbers and the times around it', () => {
  const sequence = hear([5, 6, 10])
  expect(sequence).toMatchObject({ last: 10, gaps: 1, missing: 3 })
  expect(sequence.recent).toEqual([{ from: 7, to: 9, after: 2000, before: 3000 }])
})

test('a straggler closes its gap; in the middle it splits it', () => {
  expect(hear([1, 5, 3])).toMatchObject({ gaps: 2, missing: 2, late: 1, duplicates: 0 })
  expect(hear([1, 5, 3, 2, 4])).toMatchObject({ gaps: 0, missing: 0, late: 3, recent: [] })
})

test('a message that comes twice is no gap and no restart', () => {
  expect(hear([1, 2, 3, 3, 2, 4])).toMatchObject({ gaps: 0, duplicates: 2, restarts: 0, last: 4 })
})

test('a device that counts anew after a restart has lost nothing', () => {
  const sequence = hear([500, 501])
  take(sequence, { seq: 1, at: sequence.lastAt + 60_000 }, 99_000)
  take(sequence, { seq: 2, at: sequence.lastAt + 1000 }, 100_000)
  expect(sequence).toMatchObject({ restarts: 1, gaps: 0, duplicates: 0, last: 2 })
})

test('a device whose clock begins in 1970 after a restart counts anew all the same', () => {
  const sequence = hear([500, 501])
  take(sequence, { seq: 1, at: 5000 }, 99_000)
  take(sequence, { seq: 2, at: 6000 }, 100_000)
  expect(sequence).toMatchObject({ restarts: 1, gaps: 0, duplicates: 0, last: 2 })
})

test('low numbers that do not end are a new count, however strange the clock', () => {
  const sequence = hear([5000, 5001])
  for (let seq = 7; seq < 200; seq += 1) take(sequence, { seq, at: seq }, 99_000)
  expect(sequence).toMatchObject({ restarts: 1, gaps: 0, last: 199 })
})

test('what may have been taken and forgotten is unknown, not missing', () => {
  const sequence = hear([1, 2, 3])
  becomeUnsure(sequence)
  take(sequence, { seq: 9, at: 50_000 }, 60_000)
  expect(sequence).toMatchObject({ gaps: 0, missing: 0, unknown: { from: 3000, to: 60_000 } })
  take(sequence, { seq: 12, at: 53_000 }, 63_000)
  expect(sequence).toMatchObject({ gaps: 1, missing: 2 })
})

test('where the count goes on without a step there is nothing unknown', () => {
  const sequence = hear([1, 2, 3])
  becomeUnsure(sequence)
  take(sequence, { seq: 3, at: sequence.lastAt }, 4000)
  take(sequence, { seq: 4, at: sequence.lastAt + 1000 }, 5000)
  expect(sequence).toMatchObject({ gaps: 0, duplicates: 1 })
  expect(sequence.unknown).toBeUndefined()
})

test('the newest gaps are kept, older ones are counted', () => {
  const sequence = hear(Array.from({ length: 31 }, (_, index) => index * 2))
  expect(sequence).toMatchObject({ gaps: 30, missing: 30 })
  expect(sequence.recent).toHaveLength(20)
  expect(sequence.recent.at(-1)).toMatchObject({ from: 59, to: 59 })
})

/** What happened to each message of a device on its way: lost, repeated, or held back behind some later ones. */
const fate = fc.record({
  lost: fc.boolean(),
  copies: fc.integer({ min: 1, max: 3 }),
  heldBack: fc.integer({ min: 0, max: 6 }),
  restartAfter: fc.integer({ min: 0, max: 15 }).map((chance) => chance === 0),
})

interface Run {
  readonly messages: readonly Numbered[]
  readonly missing: number
  readonly gaps: number
  readonly duplicates: number
}

/** Plays one count of a device, from its start to its restart, and tells what must be found of it. */
function play(fates: readonly { lost: boolean; copies: number; heldBack: number }[], firstAt: number): Run {
  const arrivals = fates.flatMap(({ lost, copies, heldBack }, index) => {
    const message = { seq: index + 1, at: firstAt + index * 10 }
    // The ends are heard: what is lost before the first or behind the last message nobody can know.
    if (index === 0) return [{ message, order: -1 }]
    if (index === fates.length - 1) return [{ message, order: Infinity }]
    if (lost) return []
    return Array.from({ length: copies }, () => ({ message, order: index + heldBack }))
  })
  const messages = arrivals.sort((a, b) => a.order - b.order).map(({ message }) => message)
  const heard = new Set(messages.map(({ seq }) => seq))
  const isGapEnd = (seq: number) => !heard.has(seq) && heard.has(seq + 1)
  const all = fates.map((_, index) => index + 1)
  return {
    messages,
    missing: fates.length - heard.size,
    gaps: all.filter(isGapEnd).length,
    duplicates: messages.length - heard.size,
  }
}

test('loss, repetition, disorder and restarts are counted exactly', () => {
  fc.assert(
    fc.property(fc.array(fate, { minLength: 1, maxLength: 300 }), (fates) => {
      const counts: (typeof fates)[] = [[]]
      for (const one of fates) {
        counts.at(-1)?.push(one)
        if (one.restartAfter) counts.push([])
      }
      const played = counts.filter((count) => count.length > 0)
      const runs = played.map((count, index) => play(count, 1_000_000 * (index + 1)))
      let sequence: Sequence | undefined
      let now = 0
      for (const message of runs.flatMap(({ messages }) => messages)) {
        now += 1
        if (sequence) take(sequence, message, now)
        else sequence = newSequence(message, now)
      }
      const sum = (figure: (run: Run) => number) => runs.reduce((total, run) => total + figure(run), 0)
      expect(sequence).toMatchObject({
        missing: sum((run) => run.missing),
        gaps: sum((run) => run.gaps),
        duplicates: sum((run) => run.duplicates),
        restarts: runs.length - 1,
      })
      expect(sequence?.recent.length).toBeLessThanOrEqual(20)
    }),
    { numRuns: 500 },
  )
})
