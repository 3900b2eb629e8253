import { expect, test } from 'vitest'
import { createLineEncoder } from './line-protocol.ts'

const encode = createLineEncoder('gw-1')
const point = { deviceId: 'lane-1', kind: 'barrier', at: 1700000000123, fields: { loop: 1, temperatureCelsius: -3.5 } }

test('a point becomes one line with millisecond time', () => {
  expect(encode(point)).toBe('barrier,device=lane-1,gateway=gw-1 loop=1,temperatureCelsius=-3.5 1700000000123')
})

test('the same series with other values is written alike', () => {
  expect(encode({ ...point, at: 5, fields: { loop: 0 } })).toBe('barrier,device=lane-1,gateway=gw-1 loop=0 5')
})

test('what would break out of its place is escaped', () => {
  const line = encode({ deviceId: 'a b', kind: 'x,y=z', at: 1, fields: { 'm n\nDROP': 2 } })

  expect(line).toBe('x\\,y\\=z,device=a\\ b,gateway=gw-1 m\\ n\\ DROP=2 1')
})

test('values that are no finite numbers are left out, and so is a point without any', () => {
  expect(encode({ ...point, fields: { a: Number.NaN, b: 1 } })).toContain(' b=1 ')
  expect(encode({ ...point, fields: { a: Number.POSITIVE_INFINITY } })).toBeUndefined()
  expect(encode({ ...point, fields: {} })).toBeUndefined()
})
