import { expect, test } from 'vitest'
import { createDeviceStates } from './device-states.ts'
import type { DeviceSignal } from './signals.ts'

const state = (loop: boolean): DeviceSignal => ({ type: 'lane-state-changed', arm: 'closed', loop })
const context = (deviceId: string, at = 1) => ({ deviceId, eventId: `state-${at}`, at, replayed: false })

function setup() {
  const told: (readonly [string, DeviceSignal])[] = []
  const failures: Error[] = []
  const states = createDeviceStates(async (signal, { deviceId }) => {
    const failure = failures.pop()
    await Promise.resolve()
    if (failure) throw failure
    told.push([deviceId, signal])
  })
  return { states, told, failures }
}

test('only a state that differs from the one before is told, for each device by itself', async () => {
  const { states, told } = setup()
  for (const loop of [false, false, true, true, false]) await states.take(state(loop), context('lane-1'))
  await states.take(state(false), context('lane-2'))
  expect(told).toEqual([
    ['lane-1', state(false)],
    ['lane-1', state(true)],
    ['lane-1', state(false)],
    ['lane-2', state(false)],
  ])
})

test('a state that could not be stored, or whose device was taken away, is told again', async () => {
  const { states, told, failures } = setup()
  failures.push(new Error('no room'))
  await expect(states.take(state(true), context('lane-1'))).rejects.toThrow('no room')
  await states.take(state(true), context('lane-1'))
  states.forget('lane-1')
  await states.take(state(true), context('lane-1'))
  expect(told).toHaveLength(2)
})
