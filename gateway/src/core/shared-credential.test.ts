import { expect, test } from 'vitest'
import type { TakeOver } from './ports.ts'
import { createSharedCredentialWatch } from './shared-credential.ts'

const here = '10.0.0.1'
const there = '10.0.0.2'

function setup() {
  const time = { now: 0 }
  const watch = createSharedCredentialWatch(() => time.now)
  const saw = (change: Partial<TakeOver>, deviceId = 'lane-1') =>
    watch.saw(deviceId, {
      ...{ credential: 'secret', addresses: [here, here], isElsewhere: false, wasAlive: false },
      ...change,
    })
  return { time, saw, watch }
}

test('two machines that are connected at the same time are told at once, with both addresses', () => {
  const { saw } = setup()
  const found = saw({ addresses: [here, there], isElsewhere: true, wasAlive: true })
  expect(found).toEqual({ deviceId: 'lane-1', credential: 'secret', takeovers: 1, addresses: [here, there] })
})

test('a device that comes back over half-open connections is nobody else, however often', () => {
  const { time, saw } = setup()
  for (let i = 0; i < 10; i += 1) {
    expect(saw({})).toBeUndefined()
    time.now += 5_000
  }
})

test('a device that got another address is nobody else', () => {
  const { time, saw } = setup()
  for (let i = 0; i < 10; i += 1) {
    expect(saw({ addresses: [here, there], isElsewhere: true })).toBeUndefined()
    time.now += 151_000
  }
})

test('connections that take turns are told, also when nobody answers', () => {
  const { saw } = setup()
  expect(saw({ isElsewhere: true })).toBeUndefined()
  expect(saw({ isElsewhere: true })).toBeUndefined()
  expect(saw({ isElsewhere: true })).toMatchObject({ takeovers: 3 })
})

test('twins behind one address are told when both are there again and again', () => {
  const { time, saw } = setup()
  const told = Array.from({ length: 12 }, () => {
    time.now += 2_000
    return saw({ wasAlive: true })
  })
  expect(told.findIndex((found) => found !== undefined)).toBe(5)
  expect(told.filter((found) => found !== undefined)).toHaveLength(1)
})

test('it is told once an hour for each device', () => {
  const { time, saw, watch } = setup()
  const shared = { isElsewhere: true, wasAlive: true, credential: 'certificate' as const }
  expect(saw(shared)).toMatchObject({ credential: 'certificate' })
  expect(saw(shared)).toBeUndefined()
  expect(saw(shared, 'lane-2')).toBeDefined()
  time.now += 3_600_001
  expect(saw(shared)).toBeDefined()
  watch.removed('lane-1')
  expect(saw(shared)).toBeDefined()
})
