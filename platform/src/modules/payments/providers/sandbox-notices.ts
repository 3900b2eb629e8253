import { createHmac, timingSafeEqual } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { notificationRefused } from '../../../errors.ts'
import type { ProviderNotification, RawNotification } from '../provider.ts'

/** What the sandbox tells us; its letters are signed. */
export const SandboxNotice = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 80 }),
  state: Type.Enum(['paid', 'waiting']),
  orderId: Type.String({ minLength: 1, maxLength: 64 }),
  fen: Type.Integer({ minimum: 1 }),
  paidAt: Type.Integer({ minimum: 0 }),
  attach: Type.String({ maxLength: 200 }),
})
export type SandboxNotice = Static<typeof SandboxNotice>

export const signatureHeader = 'gatehouse-sandbox-signature'

const macOf = (key: Buffer, body: Buffer) => createHmac('sha256', key).update(body).digest()

export function signNotice(key: Buffer, notice: SandboxNotice): RawNotification {
  const body = Buffer.from(JSON.stringify(notice))
  return { headers: { [signatureHeader]: macOf(key, body).toString('hex') }, body }
}

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined // follows no schema
  }
}

export function readNotice(key: Buffer, { headers, body }: RawNotification): ProviderNotification {
  const given = Buffer.from(String(headers[signatureHeader] ?? ''), 'hex')
  const mac = macOf(key, body)
  const notice = given.length === mac.length && timingSafeEqual(given, mac) ? parse(body) : undefined
  if (!Value.Check(SandboxNotice, notice)) throw notificationRefused()
  const { id: notificationId, orderId, fen, paidAt, attach } = notice
  if (notice.state !== 'paid') return { notificationId }
  return { notificationId, payment: { orderId, fen, paidAt, attach, providerRef: `sandbox-${orderId}` } }
}
