import { expect, test } from 'vitest'
import { createTimeZone } from '../../core/time-zone.ts'
import { readPermitSheet } from './permit-sheet.ts'

const rules = {
  zone: createTimeZone('Asia/Shanghai'),
  lanes: new Map([
    ['lane-1', 'lane-1'],
    ['北门入口', 'lane-1'],
    ['lane-2', 'lane-2'],
  ]),
}
const read = (...sheet: string[][]) => readPermitSheet(sheet, rules)
const header = ['车牌号', '类型', '持有人', '生效日期', '到期日期', '车位组', '车位数', '车道']

test('rows become permits, in the words of either language', async () => {
  const { permits, problems, rows } = await read(
    header,
    ['京a·12345', '月租', '李', '2026-01-01', '2026-12-31'],
    ['沪AD12345', 'Visitor', '王', '', '', '', '', '北门入口、lane-2'],
    ['', '', ''],
    ['粤B12345', '一位多车', '赵', '', '', '3-101', '2'],
    ['粤B12346', '业主', '赵', '', '', '3-101', '2'],
  )
  expect(problems).toEqual([])
  expect(rows).toBe(4)
  expect(permits).toEqual([
    {
      ...{ plate: '京A12345', kind: 'monthly', holder: '李' },
      validFrom: Date.parse('2026-01-01T00:00:00+08:00'),
      validUntil: Date.parse('2027-01-01T00:00:00+08:00'),
    },
    { plate: '沪AD12345', kind: 'visitor', holder: '王', laneIds: ['lane-1', 'lane-2'] },
    { plate: '粤B12345', kind: 'group', holder: '赵', groupId: '3-101', spaces: 2 },
    { plate: '粤B12346', kind: 'group', holder: '赵', groupId: '3-101', spaces: 2 },
  ])
})

test.each<[code: string, column: string, row: string[]]>([
  ['plate-missing', '车牌号', ['', '月租', '李']],
  ['plate-invalid', '车牌号', ['京AI1234', '月租', '李']],
  ['plate-invalid', '车牌号', ['无牌车', '月租', '李']],
  ['kind-missing', '类型', ['京A12345', '', '李']],
  ['kind-unknown', '类型', ['京A12345', 'VIP', '李']],
  ['holder-too-long', '持有人', ['京A12345', '月租', '李'.repeat(61)]],
  ['date-invalid', '到期日期', ['京A12345', '月租', '李', '', '2026-02-30']],
  ['ends-before-it-begins', '到期日期', ['京A12345', '月租', '李', '2026-06-02', '2026-06-01']],
  ['spaces-invalid', '车位数', ['京A12345', '月租', '李', '', '', 'A', '两个']],
  ['spaces-without-group', '车位数', ['京A12345', '月租', '李', '', '', '', '2']],
  ['group-missing', '车位组', ['京A12345', '一位多车', '李']],
  ['group-not-for-kind', '车位组', ['京A12345', '黑名单', '李', '', '', 'A', '2']],
  ['group-too-long', '车位组', ['京A12345', '月租', '李', '', '', 'A'.repeat(41), '2']],
  ['lane-unknown', '车道', ['京A12345', '月租', '李', '', '', '', '', '东门']],
  ['too-many-lanes', '车道', ['京A12345', '月租', '李', '', '', '', '', 'lane-1,'.repeat(51)]],
])('%s is found in %s', async (code, column, row) => {
  const { problems } = await read(header, row)
  expect(problems).toEqual([expect.objectContaining({ row: 2, column, code })])
})

test('every problem is told, with the row as the spreadsheet counts', async () => {
  const { problems } = await read(header, ['京A12345', '月租'], ['x', 'y', '', 'z'])
  expect(problems.map(({ row, code }) => [row, code])).toEqual([
    [3, 'plate-invalid'],
    [3, 'kind-unknown'],
    [3, 'date-invalid'],
  ])
})

test('rows that contradict each other are found', async () => {
  const { problems } = await read(
    header,
    ['京A12345', '月租', '李', '', '', 'A', '2'],
    ['京A·12345', '月租', '李'],
    ['京A12346', '月租', '李', '', '', 'A', '3'],
  )
  expect(problems.map(({ row, code }) => [row, code])).toEqual([
    [3, 'repeated'],
    [4, 'group-spaces-differ'],
  ])
})

test.each<[codes: string[], sheet: string[][]]>([
  [
    ['plate-column-missing'],
    [
      ['类型', '持有人'],
      ['月租', '李'],
    ],
  ],
  [['plate-column-missing', 'kind-column-missing'], [[]]],
  [
    ['column-unknown'],
    [
      ['车牌', '类型', '颜色'],
      ['京A12345', '月租', '蓝'],
    ],
  ],
  [
    ['column-repeated'],
    [
      ['车牌', 'plate', '类型'],
      ['京A12345', '', '月租'],
    ],
  ],
  [['no-rows'], [['车牌', '类型']]],
])('a header can be wrong: %j', async (codes, sheet) => {
  const { problems } = await read(...sheet)
  expect(problems.map(({ code }) => code)).toEqual(codes)
  expect(problems.every(({ row }) => row === 1)).toBe(true)
})
