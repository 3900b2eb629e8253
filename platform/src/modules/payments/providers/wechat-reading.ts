import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { notificationRefused } from '../../../errors.ts'
import type { ProviderNotification, ProviderPayment, RawNotification } from '../provider.ts'
import { parse, type WechatPorts } from './wechat-client.ts'
import { isFromWechat, openResource } from './wechat-signature.ts'

/** A notification that is older was recorded and is played back. */
const freshMs = 5 * 60_000

const Envelope = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  resource: Type.Object({
    associated_data: Type.Optional(Type.String()),
    nonce: Type.String(),
    ciphertext: Type.String(),
  }),
})
const Transaction = Type.Object({
  mchid: Type.String(),
  out_trade_no: Type.String({ minLength: 6, maxLength: 32 }),
  trade_state: Type.String(),
  transaction_id: Type.Optional(Type.String()),
  success_time: Type.Optional(Type.String()),
  attach: Type.Optional(Type.String()),
  amount: Type.Optional(Type.Object({ total: Type.Integer() })),
})

/** Understands what WeChat tells: only what it has signed, has sealed for us, and has sent just now. */
export function createWechatReading({ settings, clock }: Pick<WechatPorts, 'settings' | 'clock'>) {
  function paymentOf(content: unknown): ProviderPayment | undefined {
    if (!Value.Check(Transaction, content) || content.mchid !== settings.merchantId) return undefined
    const { trade_state: state, amount, success_time: paidAt = '', transaction_id: providerRef = '' } = content
    if ((state !== 'SUCCESS' && state !== 'REFUND') || !amount || Number.isNaN(Date.parse(paidAt))) return undefined
    const attach = content.attach
    return { orderId: content.out_trade_no, fen: amount.total, paidAt: Date.parse(paidAt), providerRef, attach }
  }

  function refuseForged({ headers, body }: RawNotification) {
    const [timestamp, nonce, signature, serial] = ['timestamp', 'nonce', 'signature', 'serial'].map((name) =>
      String(headers[`wechatpay-${name}`] ?? ''),
    ) as [string, string, string, string]
    const isFresh = Math.abs(clock.now() - Number(timestamp) * 1000) <= freshMs
    const signed = { timestamp, nonce, signature, body: body.toString('utf8') }
    if (!isFresh || serial !== settings.publicKeyId || !isFromWechat(signed, settings.publicKey))
      throw notificationRefused()
  }

  function opened(resource: Parameters<typeof openResource>[1]): unknown {
    try {
      return parse(openResource(settings.apiKey, resource))
    } catch {
      throw notificationRefused() // sealed for somebody else, or changed
    }
  }

  function notification(raw: RawNotification): ProviderNotification {
    refuseForged(raw)
    const envelope = parse(raw.body.toString('utf8'))
    if (!Value.Check(Envelope, envelope)) throw notificationRefused()
    return { notificationId: envelope.id, payment: paymentOf(opened(envelope.resource)) }
  }

  return { paymentOf, notification }
}
