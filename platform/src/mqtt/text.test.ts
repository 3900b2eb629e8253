import { array, assert, integer, oneof, property, string, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { checkText, checkTopicFilter, checkTopicName } from './text.ts'

const whole = (bytes: Uint8Array) => ({ bytes, start: 0, end: bytes.length })
const text = (value: string) => whole(new TextEncoder().encode(value))

/** The platform's own decoder as the judge: it throws at everything that is no UTF-8. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

test('exactly well-formed UTF-8 without U+0000 is text', () => {
  const beginnings = integer({ min: 0x7e, max: 0xff })
  const tails = integer({ min: 0x7f, max: 0xc1 })
  const sequences = array(oneof(beginnings, tails), { maxLength: 5 }).map((bytes) => Uint8Array.from(bytes))
  const words = string({ unit: 'binary' }).map((value) => new TextEncoder().encode(value))
  assert(
    property(oneof(sequences, words, uint8Array({ maxLength: 12 })), (bytes) => {
      expect(checkText(whole(bytes)) === undefined).toBe(isUtf8(bytes) && !bytes.includes(0))
    }),
    { numRuns: 20_000 },
  )
})

test('a sequence that goes on beyond the end of its field is no text', () => {
  const bytes = new TextEncoder().encode('é')
  expect(checkText({ bytes, start: 0, end: 1 })).toMatchObject({ statement: 'MQTT-1.5.3-1' })
})

test('U+FEFF and U+FFFD are characters like others', () => {
  expect([checkText(text('\ufeffa')), checkText(text('\ufffd'))]).toEqual([undefined, undefined])
})

test.each(['a', '/', '/a', 'a/', 'a//b', ' ', '门岗/一', '$SYS/x', 'a/b c'])('%j is a topic name', (name) => {
  expect(checkTopicName(text(name))).toBeUndefined()
})

test.each(['', '+', '#', 'a/+', 'a/#', 'a+b', 'a\0b'])('%j is no topic name', (name) => {
  expect(checkTopicName(text(name))).toBeDefined()
})

test.each(['a', '#', '+', '/', 'a/#', 'a/+', '+/a', '+/+', '/+', '+/', 'a/+/b', '+/#', '$share/g/a', '一/+'])(
  '%j is a topic filter',
  (filter) => {
    expect(checkTopicFilter(text(filter))).toBeUndefined()
  },
)

test.each(['', 'a#', 'a/#/b', '#/a', '##', 'a+', '+a', 'a/+b', 'a/b+/c', '++', 'a\0', '+#'])(
  '%j is no topic filter',
  (filter) => {
    expect(checkTopicFilter(text(filter))).toBeDefined()
  },
)
