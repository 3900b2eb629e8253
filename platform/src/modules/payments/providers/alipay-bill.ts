import type { BillLine } from '../provider.ts'
import { filesOfZip } from './zip.ts'

const fenOf = (yuan = '') => Math.abs(Math.round(Number(yuan) * 100))
const momentOf = (text = '') => Date.parse(`${text.replace(' ', 'T')}+08:00`)

type Row = Readonly<Record<string, string>>

function lineOf(row: Row): BillLine | undefined {
  const base = {
    ...{ orderId: row['商户订单号'] ?? '', providerRef: row['支付宝交易号'] ?? '', at: momentOf(row['完成时间']) },
    fen: fenOf(row['订单金额（元）']),
  }
  if (row['业务类型'] === '交易') return { ...base, kind: 'payment' }
  if (row['业务类型'] !== '退款') return undefined
  return { ...base, kind: 'refund', refundId: row['退款批次号/请求号'] ?? '' }
}

/** Alipay packs the details of a day and their summary: GBK, cells with tabs at the end, notes behind `#`. */
export function accountBill(archive: Buffer): BillLine[] {
  const gbk = new TextDecoder('gb18030')
  const details = filesOfZip(archive)
    .filter(({ name }) => !gbk.decode(name).includes('汇总'))
    .map(({ content }) => gbk.decode(content))
  return details.flatMap((text) => {
    const [head = '', ...rows] = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
    const cellsOf = (row: string) => row.split(',').map((cell) => cell.trim())
    const names = cellsOf(head)
    return rows
      .map((row) => cellsOf(row))
      .map((cells) => lineOf(Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))))
      .filter((line) => line !== undefined)
  })
}
