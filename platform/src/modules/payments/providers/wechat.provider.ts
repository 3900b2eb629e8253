import { randomBytes } from 'node:crypto'
import type { OrderInApp, OrderToStart, PaymentProvider } from '../provider.ts'
import { tradeBill } from './wechat-bill.ts'
import { createWechatClient, textOf, type WechatPorts, type WechatSettings } from './wechat-client.ts'
import { payerOf, signInUrl } from './wechat-payer.ts'
import { createWechatReading } from './wechat-reading.ts'
import { bridgeSignature } from './wechat-signature.ts'

/** RFC 3339 with offset; WeChat wants no fractions. */
const rfc3339 = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, '+00:00')

/** Places an order, of which WeChat answers the one thing that the driver's page goes on with. */
const createOrdering =
  ({ appId, merchantId, publicUrl }: WechatSettings, call: ReturnType<typeof createWechatClient>['call']) =>
  async (way: 'h5' | 'jsapi', order: Omit<OrderToStart, 'payer'>, more: object): Promise<string> => {
    const { orderId, fen, description, expiresAt, attach } = order
    const { status, content } = await call('POST', `/v3/pay/transactions/${way}`, {
      ...{ appid: appId, mchid: merchantId, description, out_trade_no: orderId, attach },
      ...{ time_expire: rfc3339(expiresAt), notify_url: `${publicUrl}/api/pay/notify/wechat` },
      ...{ amount: { total: fen, currency: 'CNY' }, ...more },
    })
    const answer = content[way === 'h5' ? 'h5_url' : 'prepay_id']
    if (typeof answer !== 'string') throw new Error(`WeChat answers ${status} ${textOf(content['code'])}`)
    return answer
  }

/**
 * WeChat Pay, APIv3: from a browser on a phone (H5) or a page that WeChat itself has opened (JSAPI), as the driver has
 * scanned the lane's code. Money that was refunded counts as taken: the refund is told apart from it.
 */
export function createWechat(ports: WechatPorts): PaymentProvider {
  const { settings, clock } = ports
  const { merchantId, appId, publicUrl } = settings
  const { call, download } = createWechatClient(ports)
  const { paymentOf, notification } = createWechatReading(ports)
  const order = createOrdering(settings, call)

  return {
    name: 'wechat',
    taken: { contentType: 'application/json; charset=utf-8', body: '{"code":"SUCCESS","message":"OK"}' },

    async start({ payer, ...wanted }) {
      const back = `${publicUrl}${payer.page}?order=${wanted.orderId}`
      if (payer.isInWechat) return { payUrl: signInUrl(appId, back) }
      const scene = { payer_client_ip: payer.address, h5_info: { type: 'Wap' } }
      const url = await order('h5', wanted, { scene_info: scene })
      return { payUrl: `${url}&redirect_url=${encodeURIComponent(back)}` }
    },

    async startInApp({ code, ...wanted }: OrderInApp) {
      const openid = await payerOf(ports, code)
      const prepayId = await order('jsapi', wanted, { payer: { openid } })
      const fields = {
        timeStamp: String(Math.floor(clock.now() / 1000)),
        nonceStr: randomBytes(16).toString('hex'),
        package: `prepay_id=${prepayId}`,
      }
      const paySign = bridgeSignature(settings.privateKey, appId, fields)
      return { appId, ...fields, signType: 'RSA', paySign }
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
