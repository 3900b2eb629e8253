import { expect, test } from 'vitest'
import type { Permit } from '../../contract/index.ts'
import { groupsThatDiffer, planPermits } from './permit-plan.ts'

const permit = (plate: string, more: Partial<Permit> = {}): Permit => ({
  plate,
  kind: 'monthly',
  holder: '李',
  ...more,
})
const plates = (permits: readonly Permit[]) => permits.map(({ plate }) => plate)

const before = [permit('A'), permit('B'), permit('C', { laneIds: ['x', 'y'] })]
const named = [permit('B', { holder: '王' }), permit('C', { laneIds: ['y', 'x'] }), permit('D')]

test('a merge keeps what the sheet does not name', () => {
  const plan = planPermits(before, named, 'merge')
  expect(plates(plan.added)).toEqual(['D'])
  expect(plan.changed.map(({ after }) => after.holder)).toEqual(['王'])
  expect([plan.removed, plan.unchanged]).toEqual([[], 2])
  expect(plates(plan.permits)).toEqual(['A', 'B', 'C', 'D'])
})

test('a replacement takes it away', () => {
  const plan = planPermits(before, named, 'replace')
  expect(plates(plan.removed)).toEqual(['A'])
  expect(plan.unchanged).toBe(1)
  expect(plates(plan.permits)).toEqual(['B', 'C', 'D'])
})

test('a merge does not leave a group with two numbers of spaces', () => {
  const group = (plate: string, spaces: number) => permit(plate, { kind: 'group', groupId: 'G', spaces })
  const rowOf = new Map([['B', 2]])
  expect(groupsThatDiffer([group('A', 2)], { permits: [group('B', 3)], rowOf })).toEqual([
    { row: 2, code: 'group-spaces-differ', value: '3' },
  ])
  expect(groupsThatDiffer([group('A', 2)], { permits: [group('B', 2)], rowOf })).toEqual([])
  expect(groupsThatDiffer([group('B', 2)], { permits: [group('B', 3)], rowOf })).toEqual([])
})
