import type { PaymentOrder } from '../../contract/index.ts'

export type ProviderName = PaymentOrder['provider']

/** Money that a provider says it has taken. */
export interface ProviderPayment {
  readonly orderId: string
  readonly fen: number
  /** UTC ms, by the provider's clock. */
  readonly paidAt: number
  readonly providerRef: string
  /** What was sent along with the order: whose it is, should we have lost it. */
  readonly attach?: string | undefined
}

export interface RawNotification {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** A message whose signature was right. Without a payment it says something that changes nothing here. */
export interface ProviderNotification {
  readonly notificationId: string
  readonly payment?: ProviderPayment | undefined
}

/** Who pays, and where. */
export interface Payer {
  readonly address: string
  /** The app of WeChat has opened the page: there it is paid in another way than in a browser. */
  readonly isInWechat: boolean
  /** Path of the page that led to the provider. */
  readonly page: string
}

export interface OrderToStart {
  readonly orderId: string
  readonly fen: number
  readonly description: string
  /** UTC ms. */
  readonly expiresAt: number
  readonly attach: string
  readonly payer: Payer
}

export interface OrderInApp extends Omit<OrderToStart, 'payer'> {
  /** By which the app names who pays, once. */
  readonly code: string
}

/** What the page hands to the app that it is open in. */
export type AppConfig = Readonly<Record<string, string>>

export interface RefundToMake {
  readonly refundId: string
  readonly orderId: string
  readonly fen: number
  /** Of the whole payment. */
  readonly totalFen: number
  readonly reason: string
}

/** One line of the bill of a day. */
export interface BillLine {
  readonly kind: 'payment' | 'refund'
  readonly orderId: string
  /** Of refunds. */
  readonly refundId?: string | undefined
  readonly fen: number
  readonly at: number
  readonly providerRef: string
  readonly attach?: string | undefined
}

/** Whoever takes money on our behalf. Everything may be asked again with the same ids and happens once. */
export interface PaymentProvider {
  readonly name: ProviderName
  /** Where the driver pays. */
  start(order: OrderToStart): Promise<{ readonly payUrl: string }>
  /** Of providers whose app opens the page: after `payUrl` has led back to the page with a code. */
  startInApp?(order: OrderInApp): Promise<AppConfig>
  /** Throws NOTIFICATION_REFUSED for what the provider has not signed. */
  notification(raw: RawNotification): ProviderNotification
  /** What it wants to hear when we have taken a notification. */
  readonly taken: { readonly contentType: string; readonly body: string }
  query(orderId: string): Promise<ProviderPayment | 'unpaid'>
  /** `refused`: it will never be made. */
  refund(refund: RefundToMake): Promise<'done' | 'pending' | 'refused'>
  /** Of a day in Beijing, `2026-06-01`. */
  bill(day: string): Promise<readonly BillLine[]>
}

/** Ids are text without blanks. `about`: the stay, or a sealed note of a renewal. */
export const attachOf = ({ compoundId, about }: { readonly compoundId: string; readonly about: string }) => {
  const attach = `${compoundId} ${about}`
  // What WeChat takes; the rest is worth less than the place.
  return attach.length <= 127 ? attach : compoundId
}

export function fromAttach(attach = ''): { readonly compoundId: string; readonly about: string } | undefined {
  const [compoundId = '', about = ''] = attach.split(' ')
  return compoundId === '' ? undefined : { compoundId, about }
}
