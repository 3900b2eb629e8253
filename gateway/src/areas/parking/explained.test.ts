import { expect, test } from 'vitest'
import { explain, type Disappearance, type NobodysExit } from './explained.ts'

const unexplained = (gone: readonly Disappearance[], exits: readonly NobodysExit[]) =>
  explain(gone, exits).filter(({ exit }) => exit === undefined)

interface Case {
  readonly when: string
  readonly gone: readonly (readonly [from: number, to: number])[]
  readonly exits: readonly number[]
  readonly left: number
}

test.each<Case>([
  { when: 'nobody has disappeared', gone: [], exits: [5], left: 0 },
  { when: 'one left as nobody meanwhile', gone: [[1, 9]], exits: [5], left: 0 },
  { when: 'one left as nobody before', gone: [[6, 9]], exits: [5], left: 1 },
  { when: 'one left as nobody after', gone: [[1, 4]], exits: [5], left: 1 },
  {
    when: 'two have disappeared and one left as nobody',
    gone: [
      [1, 9],
      [2, 8],
    ],
    exits: [5],
    left: 1,
  },
  {
    when: 'only one way leaves enough for both',
    gone: [
      [1, 10],
      [5, 20],
    ],
    exits: [3, 7],
    left: 0,
  },
])('$left of those that disappeared are unexplained when $when', ({ gone, exits, left }) => {
  const disappearances = gone.map(([from, to]) => ({ plate: '沪A12345', from, to }))
  const unread = exits.map((at) => ({ plate: '', at }))
  expect(unexplained(disappearances, unread)).toHaveLength(left)
})

test.each([
  ['the same plate', '沪A12345', 0],
  ['another plate', '沪D10001', 1],
])('a car that left by %s explains %s', (_what, plate, left) => {
  const gone = { plate: '沪A12345', from: 1, to: 9 }
  expect(unexplained([gone], [{ plate, at: 5 }])).toHaveLength(left)
})

test.each([
  ['a character was lost', '沪A1245', 0],
  ['the last one was lost', '沪A1234', 0],
  ['one was taken for another', '沪A1Z345', 0],
  ['the province was not read', '?A12345', 0],
  ['it is quite another car', '沪D10001', 1],
  ['two were lost', '沪A123', 1],
])('an exit explains a ghost when %s, or not', (_when, plate, left) => {
  expect(unexplained([{ plate: '沪A12345', from: 1, to: 9 }], [{ plate, at: 5 }])).toHaveLength(left)
})
