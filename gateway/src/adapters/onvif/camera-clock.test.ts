import { expect, test } from 'vitest'
import { createCameraClock, toldTimes } from './camera-clock.ts'
import { parseXml, childOf } from './xml.ts'

const at = (name: string, hour: number) =>
  `<${name}><Time><Hour>${hour}</Hour><Minute>0</Minute><Second>0</Second></Time><Date><Year>2026</Year><Month>3</Month><Day>1</Day></Date></${name}>`
const told = (inner: string) =>
  toldTimes(
    childOf(
      parseXml(
        `<B><GetSystemDateAndTimeResponse><SystemDateAndTime>${inner}</SystemDateAndTime></GetSystemDateAndTimeResponse></B>`,
      ),
      'B',
    ),
  )
const zone = (name: string) => `<TimeZone><TZ>${name}</TZ></TimeZone>`
const utc = (hour: number) => Date.UTC(2026, 2, 1, hour)

test.each([
  ['plain UTC', at('UTCDateTime', 4), [utc(4)]],
  ['UTC and local time', zone('CST-8') + at('UTCDateTime', 4) + at('LocalDateTime', 12), [utc(4)]],
  ['local time labelled as UTC', zone('CST-8') + at('UTCDateTime', 12) + at('LocalDateTime', 12), [utc(12), utc(4)]],
  ['local time only', zone('&lt;+0530&gt;-5:30') + at('LocalDateTime', 12), [utc(12) - 5.5 * 3_600_000]],
  ['west of Greenwich', zone('EST5EDT') + at('LocalDateTime', 7), [utc(12)]],
  ['a zone that nobody can read', zone('?') + at('UTCDateTime', 4) + at('LocalDateTime', 4), [utc(4)]],
  ['nothing', '', undefined],
  ['nonsense', '<UTCDateTime><Time/></UTCDateTime>', undefined],
])('reads %s', (_name, inner, times) => {
  expect(told(inner)).toEqual(times)
})

function setup() {
  const time = { wall: utc(4), mono: 1000 }
  return { time, clock: createCameraClock({ now: () => time.wall, monotonic: () => time.mono }) }
}

test('without a measurement the camera has our time', () => {
  const { clock, time } = setup()
  expect([clock.offsetMs(), clock.cameraNow(), clock.tryOther()]).toEqual([0, time.wall, false])
})

test('the offset is taken in the middle of the request, half a second into the second that was told', () => {
  const { clock, time } = setup()
  time.mono = 1400
  time.wall += 400
  clock.take([utc(5)], 1000)
  expect(clock.offsetMs()).toBe(3_600_000 + 500 - 200)
  expect(clock.toOurs(utc(5) + 700)).toBe(utc(4) + 400)
})

test('an offset within the noise counts as none', () => {
  const { clock } = setup()
  clock.take([utc(4) + 400], 1000)
  expect(clock.offsetMs()).toBe(0)
})

test("a step of our own clock does not move the camera's", () => {
  const { clock, time } = setup()
  clock.take([utc(4)], 1000)
  time.wall += 3_600_000
  expect(clock.offsetMs()).toBe(500 - 3_600_000)
  expect(clock.cameraNow()).toBe(utc(4) + 500)
})

test('the other reading is used when asked for, and kept by later measurements', () => {
  const { clock } = setup()
  clock.take([utc(12), utc(4)], 1000)
  expect(clock.offsetMs()).toBe(8 * 3_600_000 + 500)
  expect(clock.tryOther()).toBe(true)
  expect(clock.offsetMs()).toBe(0)
  clock.take([utc(12), utc(4)], 1000)
  expect(clock.offsetMs()).toBe(0)
  expect(clock.tryOther()).toBe(false)
  expect(clock.offsetMs()).toBe(8 * 3_600_000 + 500)
})
