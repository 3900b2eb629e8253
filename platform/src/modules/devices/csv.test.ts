import { expect, test } from 'vitest'
import { parseCsv } from './csv.ts'

test.each([
  [
    'a,b\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['\uFEFFid,name\n', [['id', 'name']]],
  ['a,"b, ""c""\nd",e', [['a', 'b, "c"\nd', 'e']]],
  [
    'a,,\n\n,,\nb,',
    [
      ['a', '', ''],
      ['b', ''],
    ],
  ],
  ['', []],
])('%j', (text, expected) => {
  expect(parseCsv(text)?.map(({ cells }) => cells)).toEqual(expected)
})

test('a row is known by the line on which it begins', () => {
  expect(parseCsv('a\n\n"b\nb"\nc')?.map(({ line }) => line)).toEqual([1, 3, 5])
})

test.each(['a,"b', 'a,"b"c'])('a quote that is not closed where it should be is reported: %j', (text) => {
  expect(parseCsv(text)).toBeUndefined()
})
