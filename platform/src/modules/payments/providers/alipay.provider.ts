import { notificationRefused } from '../../../errors.ts'
import type { PaymentProvider, ProviderPayment } from '../provider.ts'
import { accountBill } from './alipay-bill.ts'
import { beijing, createAlipayClient, textOf, type AlipayPorts, type Fields } from './alipay-client.ts'
import { isNotificationSigned } from './alipay-signature.ts'

const yuan = (fen: number) => (fen / 100).toFixed(2)
const fenOf = (text: unknown) => Math.round(Number(text) * 100)

const momentOf = (text: unknown) => Date.parse(`${String(text).replace(' ', 'T')}+08:00`)

const isPaid = (state: unknown) => state === 'TRADE_SUCCESS' || state === 'TRADE_FINISHED'

function paymentOf(fields: Fields, paidAt: unknown, attach?: string): ProviderPayment | undefined {
  const payment = {
    ...{ orderId: String(fields['out_trade_no']), fen: fenOf(fields['total_amount']), paidAt: momentOf(paidAt) },
    ...{ providerRef: String(fields['trade_no']), attach },
  }
  return Number.isInteger(payment.fen) && Number.isInteger(payment.paidAt) ? payment : undefined
}

const failed = (result: Fields) => new Error(`Alipay answers ${textOf(result['code'])} ${textOf(result['sub_code'])}`)

/** Face-to-face payments of Alipay by QR code (alipay.trade.precreate). */
export function createAlipay(ports: AlipayPorts): PaymentProvider {
  const call = createAlipayClient(ports)
  const { settings, http } = ports

  return {
    name: 'alipay',
    taken: { contentType: 'text/plain; charset=utf-8', body: 'success' },

    async start({ orderId, fen, description, expiresAt, attach }) {
      const content = {
        ...{ out_trade_no: orderId, total_amount: yuan(fen), subject: description, body: attach },
        time_expire: beijing(expiresAt),
      }
      const result = await call('alipay.trade.precreate', content, { notify_url: settings.notifyUrl })
      if (typeof result['qr_code'] !== 'string') throw failed(result)
      return { payUrl: result['qr_code'] }
    },

    notification({ body }) {
      const fields = Object.fromEntries(new URLSearchParams(body.toString('utf8')))
      const isOurs = fields['app_id'] === settings.appId
      if (!isOurs || !isNotificationSigned(fields, settings.publicKey)) throw notificationRefused()
      const payment = isPaid(fields['trade_status'])
        ? paymentOf(fields, fields['gmt_payment'], fields['body'])
        : undefined
      return { notificationId: (fields['notify_id'] ?? '').slice(0, 128), payment }
    },

    async query(orderId) {
      const result = await call('alipay.trade.query', { out_trade_no: orderId })
      if (result['code'] === '40004' && result['sub_code'] === 'ACQ.TRADE_NOT_EXIST') return 'unpaid'
      if (result['code'] !== '10000') throw failed(result)
      return (isPaid(result['trade_status']) && paymentOf(result, result['send_pay_date'])) || 'unpaid'
    },

    async refund({ refundId, orderId, fen, reason }) {
      const content = {
        out_trade_no: orderId,
        refund_amount: yuan(fen),
        out_request_no: refundId,
        refund_reason: reason,
      }
      const result = await call('alipay.trade.refund', content)
      if (result['code'] === '10000') return result['fund_change'] === 'Y' ? 'done' : confirmed(refundId, orderId)
      if (result['sub_code'] === 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL') return 'refused'
      throw failed(result)
    },

    async bill(day) {
      const content = { bill_type: 'trade', bill_date: day }
      const result = await call('alipay.data.dataservice.bill.downloadurl.query', content)
      if (result['sub_code'] === 'isp.bill_not_exist') return []
      if (typeof result['bill_download_url'] !== 'string') throw failed(result)
      const file = await http({ method: 'GET', url: result['bill_download_url'], headers: {} })
      return accountBill(file.body)
    },
  }

  /** Asked twice, a refund changes nothing the second time: whether it was made is another question. */
  async function confirmed(refundId: string, orderId: string) {
    const content = { out_trade_no: orderId, out_request_no: refundId }
    const result = await call('alipay.trade.fastpay.refund.query', content)
    return result['refund_status'] === 'REFUND_SUCCESS' ? ('done' as const) : ('pending' as const)
  }
}
