import { expect, onTestFinished, test, vi } from 'vitest'
import { memoryStore, silentLogger } from '../../test/fakes.ts'
import { storeUnavailable } from '../errors.ts'
import { HeldChanges, isFirstHeld, isHeld, maxHeldChanges } from './held-changes.ts'
import type { Change, StateStore } from './ports.ts'

const change = (cause: string): Change => ({
  cause,
  events: [{ type: 'sensors.alarm-cleared', at: 1, deviceId: 'd', body: { eventId: cause, alarm: 'smoke' } }],
})

function setup(options: { makeRoom?: () => Promise<boolean> } = {}) {
  const memory = memoryStore()
  const disk = { isFull: false }
  const store: StateStore = {
    ...memory.store,
    commit: (wanted) => (disk.isFull ? Promise.reject(storeUnavailable('disk is full')) : memory.store.commit(wanted)),
  }
  const makeRoom = vi.fn(options.makeRoom ?? (() => Promise.resolve(false)))
  const held = new HeldChanges({ store, makeRoom, logger: silentLogger, retryEveryMs: 5 })
  onTestFinished(() => held.close())
  const told = () => memory.events.map(({ body }) => ('eventId' in body ? body.eventId : undefined))
  return { held, disk, memory, makeRoom, told }
}

test('with room on the disk it is an ordinary store', async () => {
  const { held, told } = setup()
  expect(await held.commit(change('a'))).toEqual({ duplicate: false, seqs: [1] })
  expect(await held.commit(change('a'))).toMatchObject({ duplicate: true })
  expect(told()).toEqual(['a'])
})

test('what is worth less makes room at once', async () => {
  const { held, disk, told } = setup({
    makeRoom: () => {
      disk.isFull = false
      return Promise.resolve(true)
    },
  })
  disk.isFull = true
  await held.commit(change('a'))
  expect(told()).toEqual(['a'])
  expect(held.status()).toEqual({ isFull: false, held: 0 })
})

test('what cannot be written is refused, kept, and written in order when there is room', async () => {
  const { held, disk, told } = setup()
  const writable = vi.fn()
  held.onWritable(writable)
  disk.isFull = true
  for (const cause of ['a', 'b']) await expect(held.commit(change(cause))).rejects.toSatisfy(isFirstHeld)
  await expect(held.commit(change('a'))).rejects.toSatisfy((error) => isHeld(error) && !isFirstHeld(error))
  expect(held.status()).toEqual({ isFull: true, held: 2 })

  disk.isFull = false
  // A later one may not overtake those that wait.
  await expect(held.commit(change('c'))).rejects.toSatisfy(isFirstHeld)
  await vi.waitFor(() => expect(writable).toHaveBeenCalledTimes(1))
  expect(told()).toEqual(['a', 'b', 'c'])
  expect(held.status()).toEqual({ isFull: false, held: 0 })
  // The device sends it again, as it was never acknowledged: nothing happens twice.
  expect(await held.commit(change('b'))).toMatchObject({ duplicate: true })
})

test('nothing overtakes a change that was refused while room is being made for it', async () => {
  const room = Promise.withResolvers<boolean>()
  const { held, disk, told } = setup({ makeRoom: () => room.promise })
  disk.isFull = true
  const first = [held.commit(change('a')), held.commit(change('b'))]
  await Promise.resolve()
  disk.isFull = false
  const later = held.commit(change('c'))
  await held.commit({ state: [{ area: 'presence', key: 'd', value: true }] })
  expect(told()).toEqual([])
  room.resolve(true)
  await Promise.all([...first, later])
  expect(told()).toEqual(['a', 'b', 'c'])
})

test('what comes while there is no room to be made is held behind what was refused', async () => {
  const room = Promise.withResolvers<boolean>()
  const { held, disk, told } = setup({ makeRoom: () => room.promise })
  disk.isFull = true
  const first = held.commit(change('a'))
  await Promise.resolve()
  disk.isFull = false
  const later = held.commit(change('b'))
  room.resolve(false)
  await expect(first).rejects.toSatisfy(isFirstHeld)
  await expect(later).rejects.toSatisfy(isFirstHeld)
  await vi.waitFor(() => expect(held.status()).toEqual({ isFull: false, held: 0 }))
  expect(told()).toEqual(['a', 'b'])
})

test('state that will be renewed anyway is not kept', async () => {
  const { held, disk } = setup()
  disk.isFull = true
  const state = [{ area: 'presence', key: 'd', value: true }]
  await expect(held.commit({ state })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(held.status()).toEqual({ isFull: true, held: 0 })
  await expect(held.commit(change('a'))).rejects.toSatisfy(isFirstHeld)
})

test('memory has an end: what comes after it stays at the device, and the gate opens for it once', async () => {
  const { held, disk, told } = setup()
  disk.isFull = true
  for (let count = 0; count < maxHeldChanges; count += 1) await held.commit(change(`c${count}`)).catch(() => undefined)
  await expect(held.commit(change('one more'))).rejects.toSatisfy(isFirstHeld)
  await expect(held.commit(change('one more'))).rejects.toMatchObject({ code: 'STORE_STILL_FULL' })
  expect(held.status().held).toBe(maxHeldChanges)
  disk.isFull = false
  await vi.waitFor(() => expect(held.status()).toEqual({ isFull: false, held: 0 }))
  expect(told()).not.toContain('one more')
  expect(await held.commit(change('one more'))).toMatchObject({ duplicate: false })
})

test('a change that is itself at fault is not held', async () => {
  const { held, memory } = setup()
  memory.failNext(new Error('broken'))
  await expect(held.commit(change('a'))).rejects.toThrow('broken')
  expect(held.status()).toEqual({ isFull: false, held: 0 })
})

test('closing writes what is held, if it can', async () => {
  const { held, disk, told } = setup()
  disk.isFull = true
  await held.commit(change('a')).catch(() => undefined)
  disk.isFull = false
  await held.close()
  expect(told()).toEqual(['a'])
})
