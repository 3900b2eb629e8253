import { expect, test } from 'vitest'
import { memoryStore } from '../../test/fakes.ts'
import { createCollection } from './collection.ts'

const things = {
  area: 'things',
  list: 'parking',
  fits: (stored: unknown) => typeof stored === 'object' && stored !== null && 'n' in stored,
} as const

const setup = (memory = memoryStore()) => ({
  memory,
  collection: createCollection<{ n: number }>({ ...things, store: memory.store }),
})

test('only what differs is written', async () => {
  const { memory, collection } = setup()
  await collection.replace(new Map([['a', { n: 1 }], ['b', { n: 2 }], ['c', { n: 3 }]])) // prettier-ignore
  await collection.replace(new Map([['a', { n: 1 }], ['b', { n: 9 }]])) // prettier-ignore
  expect(memory.commits.at(-1)?.state).toEqual([
    { area: 'things', key: 'b', value: { n: 9 } },
    { area: 'things', key: 'c', value: undefined },
  ])
})

test('the same content again writes nothing', async () => {
  const { memory, collection } = setup()
  await collection.replace(new Map([['a', { n: 1 }]]))
  await collection.replace(new Map([['a', { n: 1 }]]))
  expect(memory.commits).toHaveLength(1)
})

test('what was stored is there after a restart', async () => {
  const { memory, collection } = setup()
  await collection.replace(new Map([['a', { n: 1 }]]))
  const later = setup(memory).collection
  await later.load()
  expect([later.size, later.get('a')]).toEqual([1, { n: 1 }])
})

test('a long list comes back whole, and others have their turn meanwhile', async () => {
  const many = Array.from({ length: 12_000 }, (_, n) => ({ area: 'things', key: `k${n}`, value: { n } }))
  const { store } = memoryStore(many)
  const revive = (stored: unknown) => ({ n: (stored as { n: number }).n + 1 })
  const collection = createCollection<{ n: number }>({ ...things, store, revive })
  let turns = 0
  const timer = setInterval(() => (turns += 1), 0)
  await collection.load()
  clearInterval(timer)
  expect([collection.size, collection.get('k11999')]).toEqual([12_000, { n: 12_000 }])
  expect(turns).toBeGreaterThan(0)
})

test('a long list is written in pieces, so that decisions go in between', async () => {
  const { memory, collection } = setup()
  const many = new Map(Array.from({ length: 2500 }, (_, n) => [`k${n}`, { n }]))
  await collection.replace(many)
  expect(memory.commits.map(({ state }) => state?.length)).toEqual([1000, 1000, 500])
  expect(collection.size).toBe(2500)
})

test('what no longer fits is put aside, and its list is asked for anew', async () => {
  const memory = memoryStore([
    { area: 'things', key: 'a', value: { n: 1 } },
    { area: 'things', key: 'b', value: 'from another version' },
    { area: 'desired', key: 'parking', value: 7 },
  ])
  const { collection } = setup(memory)
  await collection.load()
  expect(collection.isWhole()).toBe(false)
  expect([...collection.values()]).toEqual([{ n: 1 }])
  expect(memory.areaOf('unfit')).toEqual(new Map([['things/b', 'from another version']]))
  expect([memory.areaOf('things').has('b'), memory.areaOf('desired').size]).toEqual([false, 0])

  const later = setup(memory).collection
  await later.load()
  expect(later.isWhole()).toBe(true)
})
