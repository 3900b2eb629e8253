import { expect, test } from 'vitest'
import { pictureTypeOf } from './picture.ts'

test.each([
  ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0, 0]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]],
  [undefined, [0xff, 0xd8]],
  [undefined, [...Buffer.from('<html>')]],
  [undefined, []],
])('%s is known by its first bytes', (type, bytes) => {
  expect(pictureTypeOf(Uint8Array.from(bytes))).toBe(type)
})
