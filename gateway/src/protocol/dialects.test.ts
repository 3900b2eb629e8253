import { expect, test } from 'vitest'
import { channelOf, nativeDialect, topicWithin } from './dialects.ts'

const own = (topic: string) => ({ topic, device: 'lane-1' })

test('the protocol of the house is a dialect like any other', () => {
  expect(channelOf(nativeDialect, 'up', own('gh/v1/lane-1/event'))).toBe('event')
  expect(channelOf(nativeDialect, 'down', own('gh/v1/lane-1/desired'))).toBe('desired')
  for (const topic of [
    'gh/v1/LANE-1/event',
    'gh/v1/lane-2/event',
    'gh/v1/lane-1/event/x',
    'gh/v1/lane-1/command',
    '',
  ]) {
    expect(channelOf(nativeDialect, 'up', own(topic)), topic).toBeUndefined()
  }
  for (const filter of ['gh/v1/lane-1/+', 'gh/v1/lane-1/#', '#', 'gh/v1/+/command', 'gh/v1/lane-1/report']) {
    expect(channelOf(nativeDialect, 'down', own(filter)), filter).toBeUndefined()
  }
})

test.each([
  ['a/+', 'x', 'a/x'],
  ['a/#', 'x', 'a/x'],
  ['a/x', 'x', 'a/x'],
  ['a/y', 'x', undefined],
  ['a/y', undefined, 'a/y'],
])('below %s the name %s is %s', (filter, name, topic) => {
  expect(topicWithin(filter, name)).toBe(topic)
})
