import type { Permit } from '@gatehouse/platform/contract'
import { expect, test } from 'vitest'
import { memoryStore, silentLogger, startTime } from '../../test/fakes.ts'
import { createDesiredState } from './desired-state.ts'

async function setup(memory = memoryStore()) {
  const applied: Permit[][] = []
  const desired = createDesiredState({
    store: memory.store,
    clock: { now: () => startTime },
    logger: silentLogger,
    appliers: {
      devices: () => Promise.resolve([]),
      access: () => Promise.resolve([]),
      payments: () => Promise.resolve([]),
      parking: ({ permits }) => {
        applied.push(permits)
        return Promise.resolve([])
      },
    },
  })
  await desired.load()
  return { desired, memory, applied }
}

test('a revision is applied once, told and remembered', async () => {
  const { desired, memory, applied } = await setup()
  await desired.apply('parking', 3, { permits: [] })
  await desired.apply('parking', 3, { permits: [] })
  expect(applied).toHaveLength(1)
  expect(memory.events).toMatchObject([{ type: 'devices.desired-applied', body: { area: 'parking', revision: 3 } }])
  expect((await setup(memory)).desired.revisions()).toEqual({ parking: 3 })
})

test.each([
  ['parking', { permits: [{ plate: '' }] }],
  ['gardening', {}],
])('a body of %s that does not fit its schema leaves everything as it is', async (area, body) => {
  const { desired, memory, applied } = await setup()
  await desired.apply(area, 1, body)
  expect([applied, memory.commits, desired.revisions()]).toEqual([[], [], {}])
})

test('a long list is checked to its last item', async () => {
  const { desired, applied } = await setup()
  const permit: Permit = { plate: '沪A12345', kind: 'monthly', holder: 'Li' }
  const permits = Array.from({ length: 12_000 }, () => permit)
  await desired.apply('parking', 1, { permits: [...permits, { plate: '' }] })
  expect(applied).toEqual([])
  await desired.apply('parking', 1, { permits })
  expect(applied).toEqual([permits])
})

test('a list that is longer than allowed is refused', async () => {
  const { desired, applied } = await setup()
  await desired.apply('parking', 1, { permits: Array.from({ length: 1_000_001 }, () => null) })
  expect(applied).toEqual([])
})

test('a file is read anew with each start, until the platform has spoken', async () => {
  const { desired, applied, memory } = await setup()
  await desired.apply('parking', 0, { permits: [] })
  await desired.apply('parking', 0, { permits: [] })
  expect([applied.length, memory.events]).toEqual([2, []])
  await desired.apply('parking', 1, { permits: [] })
  await desired.apply('parking', 0, { permits: [] })
  expect(applied).toHaveLength(3)
})

test('revisions are applied in the order in which they came', async () => {
  const { desired } = await setup()
  await Promise.all([1, 2, 3].map((revision) => desired.apply('parking', revision, { permits: [] })))
  expect(desired.revisions()).toEqual({ parking: 3 })
})
