import { expect, test, vi } from 'vitest'
import { setupEdge, startTime } from '../test/fakes.ts'
import { storeFull, storeStillFull } from './errors.ts'

const parking = { permits: [{ plate: '沪A12345', kind: 'monthly' as const, holder: 'Li' }] }
const access = {
  people: [{ ...{ personId: 'p1', name: 'Li', household: '1-1' }, cards: ['04a1b2c3'] }],
}
const plate = { type: 'plate', plate: '沪A12345', colour: 'blue', confidence: 97 }
const card = { type: 'card', card: '04a1b2c3' }

test.each([
  ['a lane', 'lane-in', plate],
  ['a door', 'gate-1', card],
])('%s opens although nothing can be stored, and the message is not acknowledged', async (_what, deviceId, event) => {
  const { happen, opsOf, memory, told } = await setupEdge({ desired: { parking, access } })
  memory.failNext(storeFull())
  await expect(happen(deviceId, event)).rejects.toMatchObject({ code: 'STORE_FULL' })
  await vi.waitFor(() => expect(opsOf(deviceId)).toContain('open'))
  expect(told('parking.entry-opened')).toEqual([])
})

test.each([
  ['a lane', 'lane-in', plate],
  ['a door', 'gate-1', card],
])('%s does not open again for a message that comes again', async (_what, deviceId, event) => {
  const { happen, opsOf, memory } = await setupEdge({ desired: { parking, access } })
  memory.failNext(storeStillFull())
  await expect(happen(deviceId, event)).rejects.toMatchObject({ code: 'STORE_STILL_FULL' })
  expect(opsOf(deviceId)).toEqual([])
})

test('history opens nothing, full disk or not', async () => {
  const { happen, sent, memory } = await setupEdge({ desired: { parking, access } })
  memory.failNext(storeFull())
  await expect(happen('lane-in', { ...plate, replayed: true })).rejects.toMatchObject({ code: 'STORE_FULL' })
  expect(sent).toEqual([])
})

test('a repeated read of the waiting car is acknowledged only when it can be kept', async () => {
  const { happen, memory, time, told } = await setupEdge({ desired: { parking } })
  memory.failNext(storeFull())
  await happen('lane-in', { ...plate, id: 'p-1' }).catch(() => undefined)
  time.now += 1000
  memory.failNext(storeFull())
  await expect(happen('lane-in', { ...plate, id: 'p-2' })).rejects.toMatchObject({ code: 'STORE_FULL' })
  await happen('lane-in', { ...plate, id: 'p-2' })
  expect(told('parking.entry-opened')).toEqual([])
})

test('a guard can open from afar although the command cannot be noted', async () => {
  const { edge, memory, sent } = await setupEdge()
  memory.failNext(storeFull())
  const command = { type: 'command', commandId: 'c-1', deviceId: 'lane-in', name: 'open', args: {} } as const
  edge.inbox({ ...command, expiresAt: startTime + 5000 }, { commandAccepted: () => undefined })
  await vi.waitFor(() => expect(sent).toHaveLength(1))
})
