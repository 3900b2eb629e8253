import type { Vault } from '../../core/vault.ts'

/** What somebody may renew for, as it was offered at a lane. */
export interface RenewalQuote {
  readonly plate: string
  readonly fenPerMonth: number
  /** UTC ms: the price is right at that moment, and may be paid for a while. */
  readonly quotedAt: number
}

/** What is sent along with an order: enough to renew by, should we have lost it. */
export interface RenewalNote {
  readonly plate: string
  readonly months: number
  /** Of the whole order. */
  readonly fen: number
}

const quoteContext = (laneId: string) => `renewal-quote ${laneId}`
const noteContext = 'renewal-order'

function opened(vault: Vault, sealed: string, context: string): readonly string[] {
  try {
    return vault.open(sealed, context).split(' ')
  } catch {
    return [] // made by somebody else, or for another lane
  }
}

/** Good at the lane that it was made for only. Sealed: a plate that the page shows in part is not in its token either. */
export const renewalQuoteToken = (vault: Vault, laneId: string, { plate, fenPerMonth, quotedAt }: RenewalQuote) =>
  vault.seal([plate, fenPerMonth, quotedAt].join(' '), quoteContext(laneId))

export function readRenewalQuote(vault: Vault, laneId: string, token: string): RenewalQuote | undefined {
  const [plate, fen, quotedAt] = opened(vault, token, quoteContext(laneId))
  return plate === undefined ? undefined : { plate, fenPerMonth: Number(fen), quotedAt: Number(quotedAt) }
}

/** The provider keeps it and cannot read it. */
export const sealRenewalNote = (vault: Vault, { plate, months, fen }: RenewalNote) =>
  vault.seal([plate, months, fen].join(' '), noteContext)

export function readRenewalNote(vault: Vault, sealed: string): RenewalNote | undefined {
  const [plate, months, fen] = opened(vault, sealed, noteContext)
  return plate === undefined ? undefined : { plate, months: Number(months), fen: Number(fen) }
}
