import type { Rescue } from '../../../database/rescue.ts'
import type { LineProblem, Precision } from '../line-protocol.ts'
import type { Aggregate, SeriesQuery } from './read-series.ts'
import type { Retention } from './store-context.ts'

/** What the thread of the store is started with. */
export interface StoreSettings {
  readonly folder: string
  readonly retentionDays: Retention
  readonly maxSeries: number
}

export interface WriteBody {
  readonly gatewayId: string
  /** Line protocol, UTF-8, perhaps gzip. */
  readonly body: Uint8Array
  readonly gzip: boolean
  readonly precision: Precision
  /** When the gateway sent it, by its clock. */
  readonly sentAt?: number | undefined
}

export interface WriteOutcome {
  readonly stored: number
  /** Lines that were not, or not wholly, stored. */
  readonly problems: readonly LineProblem[]
}

/** Questions to the thread and what it answers. */
export interface StoreCalls {
  write: { ask: WriteBody; answer: WriteOutcome }
  series: { ask: SeriesQuery; answer: readonly Aggregate[] }
  close: { ask: null; answer: null }
}

export type StoreRequest = {
  [K in keyof StoreCalls]: { readonly id: number; readonly call: K; readonly ask: StoreCalls[K]['ask'] }
}[keyof StoreCalls]

/** `damaged` means that asking again is useless. */
export type StoreReply =
  | { readonly id: number; readonly answer: StoreCalls[keyof StoreCalls]['answer'] }
  | { readonly id: number; readonly failure: string; readonly damaged: boolean }
  /** A damaged file was put aside. */
  | { readonly rescue: Rescue }
