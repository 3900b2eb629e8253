import { expect, test } from 'vitest'
import { memoryStore, startTime } from '../../../test/fakes.ts'
import { setupLot } from '../../../test/parking-setup.ts'
import { Draft } from './draft.ts'
import { createNobodies } from './nobodies.ts'
import { createOccupancy } from './occupancy.ts'

const most = 20
const never = -Infinity

async function within(store: ReturnType<typeof memoryStore>['store'], what: (draft: Draft) => void) {
  const draft = new Draft()
  what(draft)
  await draft.commit(store)
}

test('of passages beyond the most that are kept the first become one number, and the count stays right', async () => {
  const { store, areaOf } = memoryStore()
  const occupancy = createOccupancy(store, () => [], most)
  const crossed = (at: number, by: 1 | -1) =>
    within(store, (draft) => {
      occupancy.crossed(draft, { crossingId: `c-${at}`, at, by })
    })
  for (let at = 30; at > 0; at -= 1) await crossed(at, at % 3 === 0 ? -1 : 1)
  expect([occupancy.isCrowded(), occupancy.inside()]).toEqual([true, 10])
  await within(store, (draft) => {
    occupancy.forgetBefore(draft, never)
  })
  expect(areaOf('parking-crossings').size).toBe(19)
  expect(areaOf('parking-crossings').has('c-11')).toBe(false)
  expect([occupancy.isCrowded(), occupancy.inside()]).toEqual([false, 10])
  await crossed(0.5, 1)
  expect(occupancy.inside()).toBe(11)
  const again = createOccupancy(store, () => [], most)
  await again.load()
  expect(again.inside()).toBe(11)
})

test('of cars that left as nobody the first to leave are forgotten when there are too many', async () => {
  const { store, areaOf } = memoryStore()
  const nobodies = createNobodies(store, () => undefined, most)
  const left = (at: number) =>
    within(store, (draft) => nobodies.left(draft, { exitId: `x-${at}`, plate: '', at, laneId: 'out', waivedFen: 0 }))
  for (let at = 25; at > 0; at -= 1) await left(at)
  const car = { sessionId: 's-1', plate: '沪A12345', rawPlate: '沪A12345', vehicleClass: 'small', right: 'temporary' }
  nobodies.ended({ stay: { ...car, enteredAt: 1, laneId: 'in' }, leftAt: 30, outcome: 'ghost' })
  expect([nobodies.isCrowded(), nobodies.unseen()]).toEqual([true, []])
  await within(store, (draft) => {
    nobodies.forgetBefore(draft, never)
  })
  expect([...areaOf('parking-loose-exits').keys()].at(-1)).toBe('x-7')
  expect([nobodies.isCrowded(), nobodies.unseen()]).toEqual([false, []])
})
test('a lot makes room within a second, not only when it looks for ghosts', async () => {
  const exits = Array.from({ length: 10_000 }, (_, number) => ({
    ...{ area: 'parking-loose-exits', key: `x-${number}` },
    value: { exitId: `x-${number}`, plate: '', at: startTime + number, laneId: 'lane-out', waivedFen: 0 },
  }))
  const memory = memoryStore(exits)
  const { tick, pass, wait } = await setupLot({ memory })
  await tick()
  expect(memory.areaOf('parking-loose-exits').size).toBe(10_000)
  await pass('lane-out')
  wait(1000)
  await tick()
  expect(memory.areaOf('parking-loose-exits').size).toBe(9_900)
})
