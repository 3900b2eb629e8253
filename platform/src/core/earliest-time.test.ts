import { expect, test } from 'vitest'
import { createEarliestTime } from './earliest-time.ts'

function setup() {
  const clocks = { wall: 1_000_000, uptime: 500 }
  const earliest = createEarliestTime({ wall: () => clocks.wall, uptime: () => clocks.uptime })
  const pass = (ms: number) => {
    clocks.wall += ms
    clocks.uptime += ms
  }
  return { clocks, earliest, pass }
}

test('it goes with the clock on the wall', () => {
  const { earliest, pass } = setup()
  pass(1000)
  expect(earliest()).toBe(1_001_000)
})

test('a clock that is set ahead is not believed, one that is set back is', () => {
  const { clocks, earliest, pass } = setup()
  clocks.wall += 40_000
  pass(1000)
  expect(earliest()).toBe(1_001_000)
  clocks.wall -= 50_000
  expect(earliest()).toBe(991_000)
})
