import type { PaymentProvider } from '../provider.ts'
import { tradeBill } from './wechat-bill.ts'
import { createWechatClient, textOf, type WechatPorts } from './wechat-client.ts'
import { createWechatReading } from './wechat-reading.ts'

/** RFC 3339 with offset; WeChat wants no fractions. */
const rfc3339 = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, '+00:00')

/** Native payments of WeChat Pay, APIv3. Money that was refunded counts as taken: the refund is told apart from it. */
export function createWechat(ports: WechatPorts): PaymentProvider {
  const { settings } = ports
  const { merchantId } = settings
  const { call, download } = createWechatClient(ports)
  const { paymentOf, notification } = createWechatReading(ports)

  return {
    name: 'wechat',
    taken: { contentType: 'application/json; charset=utf-8', body: '{"code":"SUCCESS","message":"OK"}' },

    async start({ orderId, fen, description, expiresAt, attach }) {
      const { status, content } = await call('POST', '/v3/pay/transactions/native', {
        ...{ appid: settings.appId, mchid: merchantId, description, out_trade_no: orderId, attach },
        ...{ time_expire: rfc3339(expiresAt), notify_url: settings.notifyUrl, amount: { total: fen, currency: 'CNY' } },
      })
      if (typeof content['code_url'] !== 'string')
        throw new Error(`WeChat answers ${status} ${textOf(content['code'])}`)
      return { payUrl: content['code_url'] }
    },

    notification,

    async query(orderId) {
      const path = `/v3/pay/transactions/out-trade-no/${orderId}?mchid=${merchantId}`
      const { status, content } = await call('GET', path)
      if (status >= 300 && status !== 404) throw new Error(`WeChat answers ${status} ${textOf(content['code'])}`)
      return paymentOf(content) ?? 'unpaid'
    },

    async refund({ refundId, orderId, fen, totalFen, reason }) {
      const { status, content } = await call('POST', '/v3/refund/domestic/refunds', {
        ...{ out_trade_no: orderId, out_refund_no: refundId, reason: reason.slice(0, 80) },
        amount: { refund: fen, total: totalFen, currency: 'CNY' },
      })
      if (content['status'] === 'SUCCESS') return 'done'
      if (content['status'] === 'CLOSED') return 'refused'
      if (status >= 300) throw new Error(`WeChat answers ${status} ${textOf(content['code'])}`)
      return 'pending'
    },

    async bill(day) {
      const { status, content } = await call('GET', `/v3/bill/tradebill?bill_date=${day}&bill_type=ALL`)
      if (content['code'] === 'NO_STATEMENT_EXIST') return []
      const { download_url: url, hash_value: hash } = content
      if (typeof url !== 'string') throw new Error(`WeChat answers ${status} ${textOf(content['code'])}`)
      return tradeBill(await download(url), textOf(hash))
    },
  }
}
