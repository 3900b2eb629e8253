import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrame, encodeFrame, measureFrames } from './frames.ts'

test('what was encoded is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(10_000), (text, lines) => {
      const frame = encodeFrame(text, lines)
      expect(decodeFrame(frame, 0)).toEqual({ lines, text: Buffer.from(text), end: frame.length })
    }),
  )
})

const log = Buffer.concat([encodeFrame('a 1\nb 2', 2), encodeFrame('c 3', 1)])
const first = encodeFrame('a 1\nb 2', 2).length

test('a torn tail ends the log at the last whole group', () => {
  for (let length = first; length < log.length; length++) {
    expect(measureFrames(log.subarray(0, length))).toEqual({ end: first, lines: 2 })
  }
  expect(measureFrames(log)).toEqual({ end: log.length, lines: 3 })
})

test('any changed bit is noticed', () => {
  fc.assert(
    fc.property(fc.integer({ min: first, max: log.length - 1 }), fc.integer({ min: 0, max: 7 }), (offset, bit) => {
      const damaged = Buffer.from(log)
      damaged[offset] = (damaged[offset] ?? 0) ^ (1 << bit)
      expect(measureFrames(damaged)).toEqual({ end: first, lines: 2 })
    }),
  )
})

test('zeros behind the data are no group', () => {
  expect(measureFrames(Buffer.concat([log, Buffer.alloc(64)]))).toMatchObject({ end: log.length })
})
