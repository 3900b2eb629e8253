/** Rows of money: times are UTC milliseconds, money is fen, JSON is text. */
export interface PaymentOrderRow {
  order_id: string
  compound_id: string
  /** `stay` or `renewal`. */
  kind: string
  /** Empty where it is for no stay, or nobody knows for which. */
  session_id: string
  /** Of renewals: whose permit, by how many months, and its new end once it was renewed. */
  plate: string | null
  months: number | null
  renewed_until: number | null
  /** What is sent along with it, where that does not follow from the rest: the same however often it is sent. */
  attach: string | null
  provider: string
  /** Asked for; of a paid order what was taken. */
  fen: number
  state: string
  created_at: number
  /** Until then the amount is right. */
  expires_at: number
  paid_at: number | null
  covers_until: number
  refunded_fen: number
  /** How the provider calls it. */
  provider_ref: string | null
  pay_url: string | null
  /** One order for each quote and provider, however often it is asked for. */
  quote_id: string
  /** Who took the money, of cash. */
  taken_by: string | null
  /** When the provider is asked next what became of it; nothing when that is known. */
  ask_at: number | null
}

/** What a provider has told, once for each of its numbers. */
export interface PaymentNotificationRow {
  provider: string
  notification_id: string
  order_id: string
  outcome: string
  at: number
}

export interface PaymentRefundRow {
  refund_id: string
  order_id: string
  fen: number
  reason: string
  /** `asked`, `done` or `failed`. */
  state: string
  requested_by: string
  requested_at: number
  done_at: number | null
  /** When it is tried next; nothing when it is known how it ended. */
  ask_at: number | null
}

/** Only grows. */
export interface LedgerEntryRow {
  entry_id: string
  compound_id: string
  /** Sorts in the order of booking. */
  booking: string
  at: number
  kind: string
  session_id: string | null
  payment_id: string | null
  tariff_version: number | null
  lines: string
}

export interface RevenueShareRow {
  compound_id: string
  version: number
  valid_from: number
  shares: string
}

/** Rises when earlier QR codes of a lane are to be void. */
export interface LaneTokenRow {
  lane_id: string
  version: number
}

/** Books of the provider that only pretends. */
export interface SandboxPaymentRow {
  order_id: string
  fen: number
  attach: string
  state: string
  expires_at: number
  paid_at: number | null
  /** Notifications to be sent still, JSON. */
  notices: string
  notify_at: number | null
}

export interface SandboxRefundRow {
  refund_id: string
  order_id: string
  fen: number
  at: number
}

export interface PaymentTables {
  payment_orders: PaymentOrderRow
  payment_notifications: PaymentNotificationRow
  payment_refunds: PaymentRefundRow
  ledger_entries: LedgerEntryRow
  revenue_shares: RevenueShareRow
  lane_tokens: LaneTokenRow
  sandbox_payments: SandboxPaymentRow
  sandbox_refunds: SandboxRefundRow
}
