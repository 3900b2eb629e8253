import { expect, test } from 'vitest'
import { isPartOfOutage } from './outage.ts'

const away = { online: 0, online_changed_at: 100_000, outage_from: 100_000 }
const back = { online: 1, online_changed_at: 160_000, outage_from: 100_000 }
const steady = { online: 1, online_changed_at: 100_000, outage_from: null }

test.each([
  ['long before the outage', away, 90_000, false],
  ['just before it was noticed', away, 98_000, true],
  ['while the gateway is away', away, 130_000, true],
  ['during an outage that is over', back, 130_000, true],
  ['after the gateway came back', back, 170_000, false],
  ['of a gateway that was never away', steady, 130_000, false],
])('%s', (...[, gateway, at, expected]) => {
  expect(isPartOfOutage(gateway, at)).toBe(expected)
})
