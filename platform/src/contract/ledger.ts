import { Type, type Static } from 'typebox'
import { LedgerEntry } from '../domain/index.ts'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'

const Fen = Type.Integer({ description: 'fen' })
const CompoundParams = Type.Object({ compoundId: Id })
const bookkeepers = ['admin', 'property', 'supervisor'] as const
const Month = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' })

export const listLedger = {
  method: 'GET',
  url: '/api/compounds/:compoundId/parking/ledger',
  summary: 'Entries of the ledger, oldest first; page with `after`',
  access: bookkeepers,
  audit: 'none',
  schema: {
    params: CompoundParams,
    querystring: Type.Object({
      sessionId: Type.Optional(Type.String({ maxLength: 128 })),
      from: Type.Optional(Instant),
      to: Type.Optional(Instant),
      after: Type.Optional(Type.String({ maxLength: 128 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
    }),
    response: { 200: Type.Array(LedgerEntry) },
  },
} as const satisfies Endpoint

/** The parking revenue of one compound in one month, from the ledger alone. */
export const ParkingStatement = Type.Object({
  compoundId: Id,
  compoundName: Type.String(),
  month: Month,
  sessions: Type.Integer(),
  feeFen: Fen,
  /** Monthly permits that were renewed, and what was paid for them: part of what was received. */
  renewals: Type.Integer(),
  renewalFen: Fen,
  waivedFen: Fen,
  debtFen: Fen,
  receivedFen: Fen,
  refundedFen: Fen,
  /** Received less refunded: what is shared. */
  distributableFen: Fen,
  byProvider: Type.Array(Type.Object({ provider: Type.String(), receivedFen: Fen, refundedFen: Fen })),
  shareVersion: Type.Optional(Type.Integer()),
  shares: Type.Array(Type.Object({ party: Type.String(), permille: Type.Integer(), fen: Fen })),
  days: Type.Array(
    Type.Object({ day: Type.String(), feeFen: Fen, renewalFen: Fen, receivedFen: Fen, refundedFen: Fen }),
  ),
  /** Sum of debits less credits over all accounts: always 0. */
  imbalanceFen: Fen,
  /** SHA-256 over the entries that it was made from. */
  digest: Type.String(),
})
export type ParkingStatement = Static<typeof ParkingStatement>

export const getParkingStatement = {
  method: 'GET',
  url: '/api/compounds/:compoundId/parking/statements/:month',
  summary: 'Monthly statement of the parking revenue and its shares',
  access: bookkeepers,
  audit: 'none',
  schema: {
    params: Type.Object({ compoundId: Id, month: Month }),
    response: { 200: ParkingStatement },
  },
} as const satisfies Endpoint

export const exportParkingStatement = {
  method: 'GET',
  url: '/api/compounds/:compoundId/parking/statements/:month/:format',
  summary: 'The same as a file: `csv` (every entry) or `pdf`',
  access: bookkeepers,
  audit: 'none',
  schema: {
    params: Type.Object({ compoundId: Id, month: Month, format: Type.Enum(['csv', 'pdf']) }),
    response: { 200: Type.Unknown() },
  },
} as const satisfies Endpoint
