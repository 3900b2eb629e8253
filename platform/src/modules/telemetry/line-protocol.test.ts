import { expect, test } from 'vitest'
import { parseLines } from './line-protocol.ts'

const now = 1_700_000_000_000
const parse = (text: string, precision: 'ns' | 'us' | 'ms' | 's' = 'ms') => parseLines(text, { precision, now })
const fieldsOf = (text: string) => Object.fromEntries(parse(text).lines[0]?.fields ?? [])

test('a line gives measurement, tags, numbers and time', () => {
  expect(parse('smoke,gateway=g1,device=s1 level=1.5,alarm=t 1600000000123')).toEqual({
    lines: [
      {
        line: 1,
        measurement: 'smoke',
        tags: new Map([
          ['gateway', 'g1'],
          ['device', 's1'],
        ]),
        fields: new Map([
          ['level', 1.5],
          ['alarm', 1],
        ]),
        at: 1_600_000_000_123,
      },
    ],
    problems: [],
  })
})

test.each([
  ['m a=1,b=-2.5,c=+.5,d=1e3,e=7i,f=3.', { a: 1, b: -2.5, c: 0.5, d: 1000, e: 7, f: 3 }],
  ['m a=t,b=T,c=true,d=True,e=TRUE', { a: 1, b: 1, c: 1, d: 1, e: 1 }],
  ['m a=f,b=F,c=false,d=False,e=FALSE', { a: 0, b: 0, c: 0, d: 0, e: 0 }],
  ['m s="text, with = and \\" and \n break",a=1', { a: 1 }],
])('the values of %j are understood', (line, expected) => {
  expect(fieldsOf(line)).toEqual(expected)
})

test('escaped characters in names are themselves', () => {
  const [line] = parse('a\\,b\\ c,k\\=1=v\\ 1,x=C:\\dir f\\,g=1').lines
  expect(line?.measurement).toBe('a,b c')
  expect([...(line?.tags ?? [])]).toEqual([
    ['k=1', 'v 1'],
    ['x', 'C:\\dir'],
  ])
  expect([...(line?.fields ?? [])]).toEqual([['f,g', 1]])
})

test.each([
  ['ns', '1700000000123999999', 1_700_000_000_123],
  ['ns', '1700000000123000000', 1_700_000_000_123],
  ['us', '1700000000123001', 1_700_000_000_123],
  ['s', '1700000000', 1_700_000_000_000],
] as const)('a time in %s becomes milliseconds', (precision, digits, at) => {
  expect(parse(`m a=1 ${digits}`, precision).lines[0]?.at).toBe(at)
})

test('a line without time happened now', () => {
  expect(parse('m a=1').lines[0]?.at).toBe(now)
})

test('a bad line costs only itself, and is named by its number', () => {
  const { lines, problems } = parse('m a=1\n# comment\nbroken\n\nm a=2\r\nm a=oops\nm a=3')
  expect(lines.map(({ line }) => line)).toEqual([1, 5, 7])
  expect(problems).toEqual([
    { line: 3, problem: 'missing fields' },
    { line: 6, problem: 'invalid field value' },
  ])
})

test.each([
  ',a=b c=1',
  'm,a c=1',
  'm,a= c=1',
  'm,a=1,a=2 c=1',
  'm ',
  'm c',
  'm c=',
  'm c=1x',
  'm c=1.5i',
  'm c=NaN',
  'm c=1e999',
  'm c=0x10',
  'm c="open',
  'm c=1 12x',
  'm c=1 1 1',
  'm c=1  5',
  'm  c=1',
  `${'m'.repeat(300)} c=1`,
])('%j is refused', (line) => {
  expect(parse(line)).toMatchObject({ lines: [], problems: [{ line: 1 }] })
})

test('a text that is no line protocol at all is not read to its end', () => {
  const { lines, problems } = parse(`m a=1\n${'x\n'.repeat(5000)}m a=2`)
  expect(lines).toHaveLength(1)
  expect(problems).toHaveLength(1001)
  expect(problems.at(-1)).toEqual({ line: 1002, problem: 'too many bad lines; the rest was not read' })
})

test.each([
  ['a string that ends in the wrong place', `barrier raised="${'a'.repeat(500)}"x`],
  ['a string without an end', `barrier raised="${'a'.repeat(2_000_000)}`],
  ['a number that does not end', `barrier raised=${'9'.repeat(2_000_000)}x`],
  ['a name that does not end', 'b'.repeat(2_000_000)],
])('%s is refused at once, however long it is', (_what, text) => {
  const { lines, problems } = parse(`${text}\nbarrier raised=1 1700000000000`)
  expect(lines).toMatchObject([{ measurement: 'barrier', line: 2 }])
  expect(problems).toMatchObject([{ line: 1 }])
})
