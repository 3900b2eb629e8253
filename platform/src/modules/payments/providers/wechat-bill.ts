import { createHash } from 'node:crypto'
import type { BillLine } from '../provider.ts'

const fenOf = (yuan = '') => Math.round(Number(yuan) * 100)

/** Times in bills are Beijing's. */
const momentOf = (text = '') => Date.parse(`${text.replace(' ', 'T')}+08:00`)

type Row = Readonly<Record<string, string>>

function lineOf(row: Row): BillLine | undefined {
  const base = { orderId: row['商户订单号'] ?? '', at: momentOf(row['交易时间']), providerRef: row['微信订单号'] ?? '' }
  const attach = row['商户数据包']
  if (row['交易状态'] === 'SUCCESS') return { ...base, attach, kind: 'payment', fen: fenOf(row['订单金额']) }
  if (row['交易状态'] !== 'REFUND') return undefined
  return { ...base, kind: 'refund', refundId: row['商户退款单号'] ?? '', fen: fenOf(row['申请退款金额']) }
}

/** Each cell begins with a backquote; after the lines of the day come two with its sums. Throws when it is damaged. */
export function tradeBill(file: Buffer, sha1: string): BillLine[] {
  if (createHash('sha1').update(file).digest('hex') !== sha1.toLowerCase())
    throw new Error('The bill is not what WeChat announced')
  const [head = '', ...rows] = file
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  const names = head.split(',')
  const cells = rows.filter((row) => row.startsWith('`')).map((row) => row.slice(1).split(/,`/))
  return cells
    .filter((row) => row.length === names.length)
    .map((row) => lineOf(Object.fromEntries(names.map((name, index) => [name, row[index] ?? '']))))
    .filter((line) => line !== undefined)
}
