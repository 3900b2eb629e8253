import { expect, test } from 'vitest'
import { eventsOf } from './notifications.ts'
import { childOf, parseXml } from './xml.ts'

const now = Date.UTC(2026, 2, 1, 12)
const time = { now: () => now, toOurs: (at: number) => at - 1000 }

const notification = (topic: string, attributes = '', items = '<Data><SimpleItem Name="State" Value="true"/></Data>') =>
  `<NotificationMessage><Topic>${topic}</Topic><Message><Message ${attributes}>${items}</Message></Message></NotificationMessage>`
const events = (...notifications: string[]) =>
  eventsOf(
    childOf(parseXml(`<B><PullMessagesResponse>${notifications.join('')}</PullMessagesResponse></B>`), 'B'),
    time,
  )

test('one notification and many are read alike', () => {
  const one = notification('tns1:VideoSource/MotionAlarm', 'UtcTime="2026-03-01T11:59:58Z" PropertyOperation="Changed"')
  const read = {
    topic: 'tns1:VideoSource/MotionAlarm',
    operation: 'Changed',
    at: now - 3000,
    values: { State: 'true' },
  }
  expect(events()).toEqual([])
  expect(events(one)).toEqual([read])
  expect(events(one, one)).toEqual([read, read])
})

test.each([
  ['2026-03-01T11:59:58.5Z', now - 2500],
  ['2026-03-01T11:59:58', now - 3000], // forgets the zone
  ['2026-03-01T19:59:58+08:00', now - 3000],
  ['2026-03-01T13:00:00Z', now], // cannot have happened yet
  ['1969-12-31T00:00:00Z', now],
  ['soon', now],
])('the time %s is understood, or replaced by ours', (text, at) => {
  expect(events(notification('a', `UtcTime="${text}"`))).toMatchObject([{ at, operation: 'none' }])
})

test('a trailing dot of the topic goes', () => {
  expect(events(notification('tns1:Device/Trigger/DigitalInput/.'), notification('a/b/'))).toMatchObject([
    { topic: 'tns1:Device/Trigger/DigitalInput' },
    { topic: 'a/b' },
  ])
})

test('source, key and data are put together by name', () => {
  const items =
    '<Source><SimpleItem Name="Source" Value="1"/><SimpleItem Name="Rule" Value="R&amp;1"/></Source><Key><SimpleItem Name="Object" Value="7"/></Key><Data><SimpleItem Name="__proto__" Value="x"/><SimpleItem Value="no name"/><SimpleItem Name="empty"/></Data>'
  const [event] = events(notification('a', '', items))
  expect(Object.entries(event?.values ?? {})).toEqual([
    ['Source', '1'],
    ['Rule', 'R&1'],
    ['Object', '7'],
    ['__proto__', 'x'],
    ['empty', ''],
  ])
})

test('what has no topic or no message, and what is too much, is left out', () => {
  expect(events('<NotificationMessage/>', '<NotificationMessage><Topic>a</Topic></NotificationMessage>')).toEqual([])
  expect(events(notification('x'.repeat(201)))).toEqual([])
  expect(events(...Array.from({ length: 150 }, () => notification('a')))).toHaveLength(100)
})
