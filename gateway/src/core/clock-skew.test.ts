import { expect, test } from 'vitest'
import { createClockSkews } from './clock-skew.ts'

const minute = 60_000

function setup(...offsets: number[]) {
  const skews = createClockSkews()
  offsets.forEach((offset, index) => {
    const now = 1_780_000_000_000 + index * 30_000
    skews.sample('lane-1', now + offset, now)
  })
  return skews.of('lane-1')
}

test.each<[string, number[], number, boolean]>([
  ['nothing is known before the first report', [], 0, false],
  ['the way of a message is no skew', [-300, -200, -900], 0, true],
  ['a clock that is ahead is believed at once', [5 * minute], 5 * minute, false],
  ['three reports make it sure', [5 * minute, 5 * minute, 5 * minute], 5 * minute, true],
  ['one delayed report does not make a clock slow', [-100, -10 * minute, -100], 0, true],
  ['a clock that was set back is believed after three reports', [0, -minute, -minute, -minute], -minute, true],
  ['a queue that came first is forgotten with the first prompt report', [-10 * minute, 0], 0, false],
])('%s', (_name, offsets, ...[offsetMs, sure]) => {
  expect(setup(...offsets)).toEqual({ offsetMs, sure })
})
