import type { ParkingStatement } from '../../contract/index.ts'
import { yuan } from '../../domain/index.ts'
import { toPdf, type PdfLine } from './pdf.ts'

const right = 480
const figure = (label: string, fen: number): PdfLine => [
  { text: label, x: 0 },
  { text: yuan(fen), x: right, align: 'end' },
]
const heading = (text: string): PdfLine[] => [[], [{ text, x: 0, size: 12 }]]
const row = (texts: readonly [string, string, string, string]): PdfLine => [
  { text: texts[0], x: 0 },
  ...texts.slice(1).map((text, index) => ({ text, x: 240 + index * 120, align: 'end' as const })),
]

/** The statement to be printed and signed; amounts in yuan. */
export function statementPdf(statement: ParkingStatement): Buffer {
  const { compoundName, month, sessions, shares, byProvider, days, shareVersion } = statement
  return toPdf([
    [{ text: `${compoundName} 停车收入结算单 ${month}`, x: 0, size: 16 }],
    [],
    [
      { text: '收费停车次数', x: 0 },
      { text: String(sessions), x: right, align: 'end' },
    ],
    figure('应收停车费(元)', statement.feeFen),
    [
      { text: '月卡续费笔数', x: 0 },
      { text: String(statement.renewals), x: right, align: 'end' },
    ],
    figure('月卡续费(元)', statement.renewalFen),
    figure('减免(元)', statement.waivedFen),
    figure('离场欠费(元)', statement.debtFen),
    figure('实收(元)', statement.receivedFen),
    figure('退款(元)', statement.refundedFen),
    figure('可分配金额(元)', statement.distributableFen),
    ...heading('支付渠道'),
    ...byProvider.map((each) => row([each.provider, '', yuan(each.receivedFen), yuan(each.refundedFen)])),
    ...heading(shareVersion === undefined ? '分成(未约定)' : `分成(第 ${shareVersion} 版)`),
    ...shares.map((each) => row([each.party, '', `${each.permille / 10}%`, yuan(each.fen)])),
    ...heading('每日'),
    row(['日期', '应收', '实收', '退款']),
    ...days.map((each) => row([each.day, yuan(each.feeFen), yuan(each.receivedFen), yuan(each.refundedFen)])),
    [],
    [{ text: `借贷差额 ${yuan(statement.imbalanceFen)}    摘要 ${statement.digest}`, x: 0, size: 8 }],
  ])
}
