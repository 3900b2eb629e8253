import { Type, type Static } from 'typebox'
import { renewalMonths } from '../domain/index.ts'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'

const Fen = Type.Integer({ description: 'fen' })
const Plate = Type.String({ maxLength: 16 })
/** What the QR code at a lane says; signed by the platform, and names a lane only to it. */
export const LaneToken = Type.String({ minLength: 8, maxLength: 200, pattern: '^[A-Za-z0-9._-]+$' })
const OrderId = Type.String({ minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9-]+$' })

export const paymentProviders = ['cash', 'sandbox', 'wechat', 'alipay'] as const
export const PaymentProviderName = Type.Enum([...paymentProviders])

/** One attempt to pay for one stay, or for more months of one permit. `paid` is final; what comes after it is refunded. */
export const PaymentOrder = Type.Object({
  orderId: OrderId,
  compoundId: Id,
  kind: Type.Enum(['stay', 'renewal']),
  /** Empty for a renewal. */
  sessionId: Type.String({ maxLength: 128 }),
  /** Of a renewal. */
  months: Type.Optional(Type.Integer()),
  /** The new end of the permit, once it was renewed. */
  renewedUntil: Type.Optional(Instant),
  provider: PaymentProviderName,
  fen: Fen,
  state: Type.Enum(['created', 'paid', 'expired', 'failed', 'refunding', 'refunded']),
  createdAt: Instant,
  /** Until then it may be paid; the amount is right until then. */
  expiresAt: Instant,
  paidAt: Type.Optional(Instant),
  /** The stay is paid up to here. */
  coversUntil: Type.Optional(Instant),
  refundedFen: Fen,
})
export type PaymentOrder = Static<typeof PaymentOrder>

/** What somebody at the lane, who has no account, may see. No name, no picture, no permit. */
export const PayView = Type.Object({
  compoundId: Id,
  compoundName: Type.String(),
  laneName: Type.String(),
  direction: Type.Enum(['in', 'out']),
  /** Plate of the car that stands in front of the lane now, middle characters hidden. */
  waitingPlate: Type.Optional(Plate),
  providers: Type.Array(PaymentProviderName),
})
export type PayView = Static<typeof PayView>

const Months = Type.Enum([...renewalMonths])

/** What making a monthly permit longer costs. Says nothing of whose it is. */
export const RenewalOffer = Type.Object({
  quoteId: Type.String({ maxLength: 300 }),
  fenPerMonth: Fen,
  maxMonths: Type.Integer(),
  /** The end of the permit now; it may have passed. */
  validUntil: Instant,
  /** The new end of each choice, if it is paid now. */
  choices: Type.Array(Type.Object({ months: Months, fen: Fen, validUntil: Instant })),
})
export type RenewalOffer = Static<typeof RenewalOffer>

export const PayQuote = Type.Object({
  /** `nothing-due`, `due`, `not-inside` */
  result: Type.Enum(['due', 'nothing-due', 'not-inside']),
  quoteId: Type.Optional(Type.String({ maxLength: 300 })),
  plate: Plate,
  enteredAt: Type.Optional(Instant),
  dueFen: Fen,
  paidFen: Fen,
  lines: Type.Array(Type.Object({ from: Instant, to: Instant, fen: Fen, what: Type.String() })),
  /** After paying, there is so much time to leave. */
  graceMinutes: Type.Integer(),
  /** Paid already: time to leave until. */
  leaveBy: Type.Optional(Instant),
  /** The plate has a monthly permit that ends soon, or ended not long ago. */
  renewal: Type.Optional(RenewalOffer),
})
export type PayQuote = Static<typeof PayQuote>

const LaneParams = Type.Object({ laneToken: LaneToken })

export const getPayPage = {
  method: 'GET',
  url: '/api/pay/:laneToken',
  summary: 'What the page behind a lane QR code shows first',
  access: 'public',
  audit: 'none',
  schema: { params: LaneParams, response: { 200: PayView } },
} as const satisfies Endpoint

export const quotePayment = {
  method: 'POST',
  url: '/api/pay/:laneToken/quote',
  summary: 'What is due for a plate now; without one, for the car that waits at the lane',
  access: 'public',
  audit: 'none',
  schema: {
    params: LaneParams,
    body: Type.Object({ plate: Type.Optional(Type.String({ minLength: 5, maxLength: 16 })) }),
    response: { 200: PayQuote },
  },
} as const satisfies Endpoint

/** How to pay an order: a page to go to. */
export const PayOrderStarted = Type.Object({ order: PaymentOrder, payUrl: Type.String({ maxLength: 2000 }) })

export const createPayOrder = {
  method: 'POST',
  url: '/api/pay/:laneToken/orders',
  summary: 'Begin to pay a quote; the same quote, months and provider give the same order again',
  access: 'public',
  audit: 'none',
  schema: {
    params: LaneParams,
    body: Type.Object({
      quoteId: Type.String({ minLength: 8, maxLength: 300 }),
      provider: PaymentProviderName,
      /** For an offer to renew, with its `quoteId`. */
      months: Type.Optional(Months),
    }),
    response: { 201: PayOrderStarted },
  },
} as const satisfies Endpoint

export const getPayOrder = {
  method: 'GET',
  url: '/api/pay/:laneToken/orders/:orderId',
  summary: 'How far an order is',
  access: 'public',
  audit: 'none',
  schema: {
    params: Type.Object({ laneToken: LaneToken, orderId: OrderId }),
    response: { 200: PaymentOrder },
  },
} as const satisfies Endpoint

export const payInApp = {
  method: 'POST',
  url: '/api/pay/:laneToken/orders/:orderId/in-app',
  summary: 'Go on with an order in the app of its provider, which has named the payer by a code',
  access: 'public',
  audit: 'none',
  schema: {
    params: Type.Object({ laneToken: LaneToken, orderId: OrderId }),
    body: Type.Object({ code: Type.String({ minLength: 1, maxLength: 512 }) }),
    /** What the page hands to the app. */
    response: { 200: Type.Object({ config: Type.Record(Type.String(), Type.String()) }) },
  },
} as const satisfies Endpoint

const LaneQrParams = Type.Object({ laneId: Id })
const LaneQr = Type.Object({ laneToken: LaneToken, path: Type.String() })

export const getLaneQr = {
  method: 'GET',
  url: '/api/parking/lanes/:laneId/qr',
  summary: 'The address behind the QR code of a lane, to be printed',
  access: ['admin', 'property'],
  audit: 'none',
  schema: { params: LaneQrParams, response: { 200: LaneQr } },
} as const satisfies Endpoint

export const renewLaneQr = {
  method: 'POST',
  url: '/api/parking/lanes/:laneId/qr',
  summary: 'Make earlier QR codes of a lane void; answers the new one',
  access: ['admin', 'property'],
  audit: 'change',
  schema: { params: LaneQrParams, response: { 200: LaneQr } },
} as const satisfies Endpoint

/** Signed by the provider, in its own form; 64 KiB at most. The same notification counts once. */
export const notifyPayment = {
  method: 'POST',
  url: '/api/pay/notify/:provider',
  summary: 'What a payment provider tells of a payment; answered in its own form',
  access: 'public',
  audit: 'none',
  schema: {
    params: Type.Object({ provider: PaymentProviderName }),
    response: { 200: Type.Unknown() },
  },
} as const satisfies Endpoint

const SandboxParams = Type.Object({ orderId: OrderId })
/** Where the driver came from, and goes back to. */
const SandboxQuery = Type.Object({ back: Type.Optional(Type.String({ pattern: '^/pay/[A-Za-z0-9._-]{8,200}$' })) })

export const getSandboxPage = {
  method: 'GET',
  url: '/api/pay/sandbox/:orderId',
  summary: 'Page of the provider that only pretends; there only with GATEHOUSE_PAYMENT_SANDBOX',
  access: 'public',
  audit: 'none',
  schema: { params: SandboxParams, querystring: SandboxQuery, response: { 200: Type.Unknown() } },
} as const satisfies Endpoint

export const paySandboxOrder = {
  method: 'POST',
  url: '/api/pay/sandbox/:orderId',
  summary: 'Pay there; no money is moved',
  access: 'public',
  audit: 'none',
  schema: { params: SandboxParams, querystring: SandboxQuery, response: { 200: Type.Unknown() } },
} as const satisfies Endpoint

export const recordCashPayment = {
  method: 'POST',
  url: '/api/parking/sessions/:sessionId/cash',
  summary: 'Record money that was taken by hand; the same `receipt` counts once',
  access: ['admin', 'guard', 'property'],
  audit: 'change',
  schema: {
    params: Type.Object({ sessionId: Type.String({ minLength: 1, maxLength: 128 }) }),
    body: Type.Object({
      fen: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
      receipt: Type.String({ minLength: 1, maxLength: 40 }),
      note: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    response: { 201: PaymentOrder },
  },
} as const satisfies Endpoint

export const refundPayment = {
  method: 'POST',
  url: '/api/parking/payments/:orderId/refund',
  summary: 'Pay back an order, whole or in part; the same request counts once. Not for permits that were renewed',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    params: Type.Object({ orderId: OrderId }),
    body: Type.Object({
      requestId: Type.String({ minLength: 8, maxLength: 64 }),
      fen: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
      reason: Type.String({ minLength: 1, maxLength: 200 }),
    }),
    response: { 200: PaymentOrder },
  },
} as const satisfies Endpoint

export const listPayments = {
  method: 'GET',
  url: '/api/parking/payments',
  summary: 'Orders, newest first',
  access: ['admin', 'property', 'supervisor'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      state: Type.Optional(PaymentOrder.properties.state),
      from: Type.Optional(Instant),
      to: Type.Optional(Instant),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: Type.Array(PaymentOrder) },
  },
} as const satisfies Endpoint

/** What provider and platform say differently of one day. */
export const Reconciliation = Type.Object({
  provider: PaymentProviderName,
  day: Type.String(),
  matched: Type.Integer(),
  matchedFen: Fen,
  differences: Type.Array(
    Type.Object({
      orderId: Type.String(),
      kind: Type.Enum(['missing-here', 'missing-there', 'amount', 'refund']),
      hereFen: Fen,
      thereFen: Fen,
      mended: Type.Boolean(),
    }),
    { maxItems: 1000 },
  ),
})
export type Reconciliation = Static<typeof Reconciliation>

export const reconcilePayments = {
  method: 'POST',
  url: '/api/parking/payments/reconcile',
  summary: 'Compare a day with the bill of a provider; payments that only the provider knows are taken over',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    body: Type.Object({
      provider: PaymentProviderName,
      day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    }),
    response: { 200: Reconciliation },
  },
} as const satisfies Endpoint
