import { expect, test } from 'vitest'
import { isWellFormed } from './well-formed.ts'
import { cameraEvents, matchesTopic, notificationMessage, topicSet } from './topics.ts'

test.each([
  ['tns1:VideoSource/MotionAlarm', ['motion']],
  ['tns1:VideoSource//.', ['motion', 'tamper']],
  ['tns1:RuleEngine/LineDetector/Crossed | tns1:VideoSource/MotionAlarm', ['motion', 'line-crossed']],
  ['tns1:Video//.', []],
  ['tns1:VideoSource', []],
])('the expression %s names %j', (expression, expected) => {
  expect(cameraEvents.filter((event) => matchesTopic(expression, event))).toEqual(expected)
})

test('the tree of topics is well formed and holds every branch once', () => {
  expect(isWellFormed(`<set>${topicSet.markup}</set>`)).toBe(true)
  expect(topicSet.markup.match(/<tns1:VideoSource>/g)).toHaveLength(1)
  expect(topicSet.markup.match(/wstop:topic="true"/g)).toHaveLength(cameraEvents.length)
})

test.each(cameraEvents)('the notification of %s is well formed', (event) => {
  const { markup } = notificationMessage({ event, at: 0, value: true, operation: 'Changed' })

  expect(isWellFormed(markup)).toBe(true)
  expect(markup).toContain('UtcTime="1970-01-01T00:00:00.000Z" PropertyOperation="Changed"')
})
