import { expect, test } from 'vitest'
import { memoryStore, silentLogger } from '../../test/fakes.ts'
import { createPresence } from './presence.ts'

const hour = 3_600_000

function setup() {
  const time = { now: 100 * hour, uptime: hour }
  const clock = { now: () => time.now, uptime: () => time.uptime }
  const presence = createPresence({ store: memoryStore().store, clock, logger: silentLogger, silentAfterMs: 90_000 })
  const pass = (ms: number) => {
    time.now += ms
    time.uptime += ms
  }
  const sweep = () => presence.sweep(() => false)
  return { time, presence, pass, sweep }
}

test('whoever says nothing for too long is silent', () => {
  const { presence, pass, sweep } = setup()
  presence.heard('lane-1')
  pass(90_000)
  sweep()
  expect(presence.isOnline('lane-1')).toBe(true)
  pass(1)
  sweep()
  expect(presence.isOnline('lane-1')).toBe(false)
})

test.each([1, -1])('a clock that is set by %i h makes nobody silent and hides nobody who is', (hours) => {
  const { time, presence, pass, sweep } = setup()
  presence.heard('lane-1')
  time.now += hours * hour
  sweep()
  expect(presence.isOnline('lane-1')).toBe(true)
  pass(90_001)
  sweep()
  expect(presence.isOnline('lane-1')).toBe(false)
})
