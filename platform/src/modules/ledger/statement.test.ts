import { expect, test } from 'vitest'
import { createTimeZone } from '../../core/time-zone.ts'
import { closingEntries, entryOfPayment, entryOfRefund } from './bookkeeping.ts'
import { toPdf } from './pdf.ts'
import { toCsv } from './statement-csv.ts'
import { statementPdf } from './statement-pdf.ts'
import { statementOf } from './statement.ts'

const at = Date.parse('2026-06-30T23:30:00+08:00')
const closed = {
  ...{ sessionId: 'lane/e1', outcome: 'left' as const, leftAt: at, tariffVersion: 3 },
  ...{ feeFen: 1001, paidFen: 0, waivedFen: 100, debtFen: 5000 },
}
const movement = { paymentId: 'order-1', provider: 'cash', sessionId: 'lane/e1', fen: 901, at }
const entries = [
  ...closingEntries(closed),
  entryOfPayment(movement),
  entryOfRefund({ ...movement, fen: 100, refundId: 'r1', at: at - 86_400_000 }),
]
const statement = statementOf({
  ...{ compound: { id: 'garden', name: '花园' }, month: '2026-06', entries, zone: createTimeZone('Asia/Shanghai') },
  shares: [
    {
      ...{ version: 1, validFrom: 0 },
      shares: [
        { party: 'owners', name: '业主', permille: 667 },
        { party: 'operator', name: '物业', permille: 333 },
      ],
    },
  ],
})

test('what was let off or let go is never more than the fee', () => {
  expect(closingEntries(closed).map(({ kind, lines }) => [kind, lines[0]?.fen])).toEqual([
    ['fee', 1001],
    ['waiver', 100],
    ['debt', 901],
  ])
  expect(closingEntries({ ...closed, outcome: 'ghost' })).toEqual([])
  expect(closingEntries({ ...closed, feeFen: 0 })).toEqual([])
})

test('a statement adds up, divides to the fen and counts days by the clock on the wall', () => {
  expect(statement).toMatchObject({
    ...{ sessions: 1, feeFen: 1001, waivedFen: 100, debtFen: 901, receivedFen: 901, refundedFen: 100 },
    ...{ distributableFen: 801, imbalanceFen: 0, shareVersion: 1 },
    shares: [
      { party: 'owners', fen: 534 },
      { party: 'operator', fen: 267 },
    ],
    byProvider: [{ provider: 'cash', receivedFen: 901, refundedFen: 100 }],
  })
  expect(statement.days.map(({ day }) => day)).toEqual(['2026-06-29', '2026-06-30'])
})

test('every line of every entry is in the CSV, and nothing in it is a formula', () => {
  const csv = toCsv([...entries, { ...entryOfPayment({ ...movement, paymentId: 'x' }), entryId: '=1+1' }])
  expect(csv.trim().split('\r\n')).toHaveLength(1 + 2 * (entries.length + 1))
  expect(csv).toContain(`'=1+1`)
})

test('the PDF is whole: every object is where its table says, texts are Chinese', () => {
  const pdf = statementPdf(statement).toString('latin1')
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1])
  expect(pdf.slice(start, start + 4)).toBe('xref')
  const offsets = [...pdf.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset))
  for (const [index, offset] of offsets.entries()) expect(pdf.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj`))
  expect(pdf).toContain('505c8f66') // 停车
  expect(toPdf(Array.from({ length: 100 }, () => [{ text: 'x', x: 0 }])).toString('latin1')).toContain('/Count 3')
})
