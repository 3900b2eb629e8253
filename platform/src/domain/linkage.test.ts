import { expect, test } from 'vitest'
import { exitsToOpen } from './linkage.ts'

const exits = [
  { deviceId: 'gate-b1', building: '1' },
  { deviceId: 'gate-b2', building: '2' },
  { deviceId: 'barrier-in' },
  { deviceId: 'barrier-out', building: '' },
]

test.each([
  ['1', ['gate-b1', 'barrier-in', 'barrier-out']],
  ['3', ['barrier-in', 'barrier-out']],
  [undefined, ['gate-b1', 'gate-b2', 'barrier-in', 'barrier-out']],
])('an alarm in building %s opens %o', (building, expected) => {
  expect(exitsToOpen(building, exits).map(({ deviceId }) => deviceId)).toEqual(expected)
})
