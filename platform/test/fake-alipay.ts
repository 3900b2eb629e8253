import { createPublicKey, createSign, createVerify } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { AlipaySettings } from '../src/modules/payments/providers/alipay-client.ts'
import { newKeys, type FakeAnswer, type FakeRequest } from './fake-wechat.ts'

interface Trade {
  readonly yuan: string
  readonly body: string
  paidAt?: number
  readonly refunds: Set<string>
}

const beijing = (at: number) => new Date(at + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' ')

/** The letters that a bill is made of, in GBK. */
const gbk: Readonly<Record<string, string>> = {
  ...{ 支付宝交易号: 'd6a7b8b6b1a6bdbbd2d7bac5', 商户订单号: 'c9ccbba7b6a9b5a5bac5', 业务类型: 'd2b5cef1c0e0d0cd' },
  ...{
    完成时间: 'cdeab3c9cab1bce4',
    '订单金额（元）': 'b6a9b5a5bdf0b6eea3a8d4aaa3a9',
    交易: 'bdbbd2d7',
    退款: 'cdcbbfee',
  },
  '退款批次号/请求号': 'cdcbbfeec5fab4cebac52fc7ebc7f3bac5',
}
const encode = (cell: string) => (gbk[cell] === undefined ? Buffer.from(cell) : Buffer.from(gbk[cell], 'hex'))

/** A ZIP archive of one deflated file; sums of it are not verified by those who read it here. */
function zipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content)
  const shared = Buffer.alloc(26)
  shared.writeUInt16LE(20, 0)
  shared.writeUInt16LE(8, 4)
  shared.writeUInt32LE(packed.length, 14)
  shared.writeUInt32LE(content.length, 18)
  shared.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), packed])
  const central = Buffer.concat([
    ...[Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), shared, Buffer.alloc(14), Buffer.from(name)],
  ])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(local.length, 12)
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end])
}

/** Alipay as its documentation describes it; verifies what it is sent with code of its own. */
export function createFakeAlipay(url: string, now: () => number) {
  const [app, alipay] = [newKeys(), newKeys()]
  const settings: AlipaySettings = {
    ...{ appId: '2021000000000001', privateKey: app.privateKey, publicKey: alipay.publicKey },
    ...{ gatewayUrl: `${url}/gateway.do`, notifyUrl: 'https://gatehouse.example/api/pay/notify/alipay' },
  }
  const trades = new Map<string, Trade>()
  const sortedText = (fields: Readonly<Record<string, string>>) =>
    Object.keys(fields)
      .sort()
      .filter((name) => name !== 'sign' && fields[name] !== '')
      .map((name) => `${name}=${fields[name] ?? ''}`)
      .join('&')
  const sign = (text: string) => createSign('RSA-SHA256').update(text).sign(alipay.privateKey, 'base64')

  function bill(): Buffer {
    const head = ['支付宝交易号', '商户订单号', '业务类型', '完成时间', '订单金额（元）', '退款批次号/请求号']
    const rows = [...trades].flatMap(([orderId, { paidAt, yuan, refunds }]) => [
      ...(paidAt === undefined ? [] : [['2026', orderId, '交易', beijing(paidAt), yuan, '']]),
      ...[...refunds].map((refund) => ['2026', orderId, '退款', beijing(now()), ...refund.split(' ')]),
    ])
    const lines = [head, ...rows].map((cells) =>
      Buffer.concat(cells.flatMap((cell) => [encode(cell), Buffer.from('\t,')]).slice(0, -1)),
    )
    const text = [Buffer.from('#head'), ...lines, Buffer.from('#end')].flatMap((line) => [line, Buffer.from('\r\n')])
    return zipOf('details.csv', Buffer.concat(text))
  }

  type Content = {
    out_trade_no: string
    total_amount: string
    body: string
    refund_amount: string
    out_request_no: string
  }
  const methods: Readonly<Record<string, (content: Content) => object>> = {
    'alipay.trade.precreate': ({ out_trade_no: id, total_amount: yuan, body }) => {
      if (!trades.has(id)) trades.set(id, { yuan, body, refunds: new Set() })
      return { code: '10000', out_trade_no: id, qr_code: `https://qr.alipay.com/${id}` }
    },
    'alipay.trade.query': ({ out_trade_no: id }) => {
      const trade = trades.get(id)
      if (trade?.paidAt === undefined) return { code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' }
      const paid = { trade_status: 'TRADE_SUCCESS', total_amount: trade.yuan, send_pay_date: beijing(trade.paidAt) }
      return { code: '10000', out_trade_no: id, trade_no: '2026', ...paid }
    },
    'alipay.trade.refund': ({ out_trade_no: id, refund_amount: yuan, out_request_no: refundId }) => {
      const refund = `-${yuan} ${refundId}`
      const isNew = trades.get(id)?.refunds.has(refund) === false
      trades.get(id)?.refunds.add(refund)
      return { code: '10000', fund_change: isNew ? 'Y' : 'N' }
    },
    'alipay.trade.fastpay.refund.query': () => ({ code: '10000', refund_status: 'REFUND_SUCCESS' }),
    'alipay.data.dataservice.bill.downloadurl.query': () => ({ code: '10000', bill_download_url: `${url}/bill.zip` }),
  }

  return {
    settings,
    trades,

    handle({ path, body }: FakeRequest): FakeAnswer {
      if (path === '/bill.zip') return { body: bill() }
      const fields = Object.fromEntries(new URLSearchParams(body))
      const verifier = createVerify('RSA-SHA256').update(sortedText(fields))
      if (!verifier.verify(createPublicKey(app.publicKey), fields['sign'] ?? '', 'base64'))
        throw new Error('not signed')
      const method = fields['method'] ?? ''
      const result = JSON.stringify(methods[method]?.(JSON.parse(fields['biz_content'] ?? '{}') as Content))
      return { body: `{"${method.replaceAll('.', '_')}_response":${result},"sign":"${sign(result)}"}` }
    },

    /** What it sends when somebody has paid. */
    notification(orderId: string) {
      const trade = trades.get(orderId)
      if (!trade) throw new Error('There is no such order')
      trade.paidAt = now()
      const fields: Record<string, string> = {
        ...{ app_id: settings.appId, notify_id: `n${orderId}`, out_trade_no: orderId, trade_no: '2026' },
        ...{ trade_status: 'TRADE_SUCCESS', total_amount: trade.yuan, gmt_payment: beijing(now()), body: trade.body },
      }
      const payload = new URLSearchParams({ ...fields, sign_type: 'RSA2', sign: sign(sortedText(fields)) }).toString()
      return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload }
    },
  }
}
