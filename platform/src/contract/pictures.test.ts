import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pictureFacts } from './pictures.ts'
import { tinyJpeg, tinyPng } from './testing/pictures.ts'

const content = fc.uint8Array({ maxLength: 300 })

test('a whole JPEG and a whole PNG are known by type and size, whatever is in them', () => {
  fc.assert(
    fc.property(
      content,
      fc.integer({ min: 1, max: 9000 }),
      fc.integer({ min: 1, max: 9000 }),
      (bytes, width, height) => {
        expect(pictureFacts(tinyJpeg(bytes, { width, height }))).toEqual({ type: 'image/jpeg', width, height })
        expect(pictureFacts(tinyPng(bytes, { width, height }))).toEqual({ type: 'image/png', width, height })
      },
    ),
  )
})

test('fill bytes before a marker and padding after the end are no fault', () => {
  const [, , ...rest] = tinyJpeg()
  expect(pictureFacts(Uint8Array.from([0xff, 0xd8, 0xff, 0xff, ...rest, 0, 0, 0, 0]))).toMatchObject({ width: 16 })
})

test.each([
  ['nothing', new Uint8Array()],
  ['the first bytes of a JPEG with a page behind them', Buffer.from('\xff\xd8\xff<script>alert(1)</script>', 'latin1')],
  ['a vector graphic', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['an animation', Buffer.from('GIF89a')],
  ['a JPEG without its end', tinyJpeg().subarray(0, -2)],
  ['a PNG without its end', tinyPng().subarray(0, -1)],
  ['a JPEG of no width', tinyJpeg(undefined, { width: 0 })],
  ['a JPEG too wide to decode', tinyJpeg(undefined, { width: 60_000, height: 1 })],
  ['a PNG of four thousand million pixels', tinyPng(undefined, { width: 65_536, height: 65_536 })],
])('%s is no picture', (_what, bytes) => {
  expect(pictureFacts(bytes)).toBeUndefined()
})

test('whatever bytes come, the answer comes', () => {
  const damaged = fc
    .tuple(fc.constantFrom(tinyJpeg(), tinyPng()), fc.array(fc.tuple(fc.nat(80), fc.nat(255))), fc.nat(80))
    .map(([picture, changes, length]) => {
      const bytes = Uint8Array.from(picture)
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      return bytes.subarray(0, Math.max(3, bytes.length - length))
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 2000 })), (bytes) => {
      const facts = pictureFacts(bytes)
      if (facts) expect(facts.width * facts.height).toBeGreaterThan(0)
    }),
    { numRuns: 10_000 },
  )
})
