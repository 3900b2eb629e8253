import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AnchorLine } from './anchors.ts'
import { beginning, dayOf, hashOf, link, type ChainedEntry, type Unchained } from './chain.ts'
import { verifyChain, type DayReport } from './verify.ts'

const start = Date.parse('2026-03-01T00:00:00Z')

const plain = fc.record({
  // Half a day on average, and now and then a clock that was set back.
  step: fc.integer({ min: -3_600_000, max: 40_000_000 }),
  actor: fc.constantFrom('li', 'wang', 'system'),
  action: fc.constantFrom('putUser', 'getMedia', 'sendCommand'),
  target: fc.option(fc.string({ maxLength: 8 })),
  reason: fc.option(fc.string({ maxLength: 8 })),
  outcome: fc.constantFrom('asked', 'done'),
})

const chains = fc.array(plain, { minLength: 4, maxLength: 30 }).map((list) => {
  let at = start
  const entries = list.map(({ step, ...entry }): Unchained => {
    at += step
    return { ...entry, at, compoundId: null, address: '10.0.0.1', details: '{}' }
  })
  return link(beginning, entries)
})

async function* given<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield value
}

const anchorOf = ({ number, hash, at }: ChainedEntry): AnchorLine => ({ anchor: { number, hash, at } })

async function verify(table: readonly ChainedEntry[], anchors: readonly AnchorLine[] = []) {
  const days: DayReport[] = []
  const rows = table.toSorted((a, b) => a.number - b.number)
  const report = await verifyChain({
    start: beginning,
    pages: given([rows.slice(0, 7), rows.slice(7)]),
    lookup: {
      byPrevious: async (hash) => rows.filter((row) => row.previous === hash),
      byHash: async (hash) => rows.filter((row) => row.hash === hash),
      isLast: async (number) => rows.at(-1)?.number === number,
    },
    anchors: given(anchors),
    toTheEnd: true,
    onDay: (day) => days.push(day),
  })
  return { ...report, days }
}

const renumbered = (rows: readonly ChainedEntry[]) => rows.map((row, index) => ({ ...row, number: index + 1 }))
const rehashed = (row: ChainedEntry) => ({ ...row, hash: hashOf(row) })

/** A chain and two different places in it, the smaller first; the last entry is left to the anchors. */
const places = chains.chain((chain) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: chain.length - 2 }), { minLength: 2, maxLength: 2 })
    .map(([a = 0, b = 0]) => ({ chain, first: Math.min(a, b), second: Math.max(a, b) })),
)

const changes: Readonly<Record<string, (entry: ChainedEntry) => ChainedEntry>> = {
  day: (entry) => ({ ...entry, day: '2031-01-01' }),
  at: (entry) => ({ ...entry, at: entry.at + 1 }),
  actor: (entry) => ({ ...entry, actor: `${entry.actor}x` }),
  action: (entry) => ({ ...entry, action: 'listUsers' }),
  target: (entry) => ({ ...entry, target: entry.target === null ? '' : null }),
  compoundId: (entry) => ({ ...entry, compoundId: 'garden' }),
  address: (entry) => ({ ...entry, address: null }),
  reason: (entry) => ({ ...entry, reason: `${entry.reason ?? ''}!` }),
  outcome: (entry) => ({ ...entry, outcome: 'refused' }),
  details: (entry) => ({ ...entry, details: '{"a":1}' }),
  previous: (entry) => ({ ...entry, previous: 'f'.repeat(64) }),
  hash: (entry) => ({ ...entry, hash: 'f'.repeat(64) }),
}

test('an untouched chain is whole, and its days rise', async () => {
  await fc.assert(
    fc.asyncProperty(chains, async (chain) => {
      const { entries, problems, days } = await verify(chain, chain.map(anchorOf))
      expect([entries, problems]).toEqual([chain.length, []])
      expect(days.map(({ day }) => day)).toEqual([...new Set(chain.map(({ day }) => day))].sort())
      for (const { at, day } of chain) expect(day >= dayOf(at)).toBe(true)
    }),
  )
})

test.each(Object.entries(changes))('a changed %s is found and named', async (_field, change) => {
  await fc.assert(
    fc.asyncProperty(places, async ({ chain, first }) => {
      const { problems } = await verify(chain.map((row, index) => (index === first ? change(row) : row)))
      expect(problems[0]).toMatchObject({ what: 'changed', number: first + 1 })
    }),
    { numRuns: 30 },
  )
})

test('a change with a new hash is found by the entry after it', async () => {
  await fc.assert(
    fc.asyncProperty(places, fc.constantFrom('actor', 'at', 'reason', 'details'), async ({ chain, first }, field) => {
      const change = (row: ChainedEntry) => rehashed(changes[field]?.(row) ?? row)
      const { problems } = await verify(chain.map((row, index) => (index === first ? change(row) : row)))
      expect(problems[0]).toMatchObject({ what: 'changed', number: first + 1 })
    }),
  )
})

test.each([
  ['with a gap', (rows: readonly ChainedEntry[]) => rows],
  ['with new numbers after them', renumbered],
])('entries that were taken out %s are found and named', async (_how, close) => {
  await fc.assert(
    fc.asyncProperty(places, async ({ chain, first, second }) => {
      const { problems } = await verify(close(chain.filter((_row, index) => index < first || index >= second)))
      expect(problems[0]).toMatchObject({ what: 'removed', number: first + 1, until: second })
    }),
  )
})

test.each([
  [
    'with a hash that continues the chain',
    (row: ChainedEntry, before: string) => rehashed({ ...row, previous: before }),
  ],
  ['with any hash', (row: ChainedEntry) => ({ ...row, hash: 'a'.repeat(64) })],
])('an entry that was put in %s is found and named', async (_how, forge) => {
  await fc.assert(
    fc.asyncProperty(places, async ({ chain, first }) => {
      const [like] = chain.slice(first)
      const before = chain[first - 1]?.hash ?? beginning.hash
      if (!like) return
      const forged = forge({ ...like, actor: 'nobody', number: first + 1 }, before)
      const { problems } = await verify(renumbered([...chain.slice(0, first), forged, ...chain.slice(first)]))
      expect(problems[0]).toMatchObject({ what: 'inserted', number: first + 1, actor: 'nobody' })
    }),
  )
})

test('two entries that changed places are found and named', async () => {
  await fc.assert(
    fc.asyncProperty(places, async ({ chain, first, second }) => {
      const swapped = chain.with(first, chain[second] as ChainedEntry).with(second, chain[first] as ChainedEntry)
      const { problems } = await verify(renumbered(swapped))
      expect(problems[0]).toMatchObject({ what: 'reordered', number: first + 1, actor: chain[second]?.actor })
    }),
  )
})

test('an entry that was moved to another place is found and named', async () => {
  await fc.assert(
    fc.asyncProperty(places, async ({ chain, first, second }) => {
      const moved = chain.toSpliced(first, 1).toSpliced(second, 0, chain[first] as ChainedEntry)
      const { problems } = await verify(renumbered(moved))
      expect(problems[0]).toMatchObject({ what: 'reordered', number: first + 1 })
    }),
  )
})

test('entries that are missing at the end are found by the anchors, and only by them', async () => {
  await fc.assert(
    fc.asyncProperty(places, async ({ chain, first }) => {
      const cut = chain.slice(0, first + 1)
      expect((await verify(cut)).problems).toEqual([])
      const { problems } = await verify(cut, chain.map(anchorOf))
      expect(problems).toMatchObject([{ what: 'cut-off', number: first + 2, until: chain.length }])
    }),
  )
})

test('a chain that was written anew from one entry on is found by the anchors', async () => {
  await fc.assert(
    fc.asyncProperty(places, async ({ chain, first }) => {
      const forged = chain.slice(first).map((row) => ({ ...row, actor: 'nobody' }))
      const anew = [...chain.slice(0, first), ...link(chain[first - 1] ?? beginning, forged)]
      expect((await verify(anew)).problems).toEqual([])
      const { problems } = await verify(anew, chain.map(anchorOf))
      expect(problems[0]).toMatchObject({ what: 'changed', number: first + 1, until: first + 1 })
    }),
  )
})

test('what is wrong on one day does not hide what is wrong on another', async () => {
  const rows = Array.from({ length: 12 }, (_row, index) => ({
    ...{ at: start + Math.floor(index / 4) * 86_400_000, actor: 'li', action: 'getMedia', outcome: 'done' },
    ...{ target: null, compoundId: null, address: null, reason: null, details: '{}' },
  }))
  const chain = link(beginning, rows).map((row) => ([2, 11].includes(row.number) ? { ...row, actor: 'wang' } : row))
  const { days } = await verify(chain)
  expect(days.map(({ day, entries, problem }) => [day, entries, problem?.number])).toEqual([
    ['2026-03-01', 4, 2],
    ['2026-03-02', 4, undefined],
    ['2026-03-03', 4, 11],
  ])
})
