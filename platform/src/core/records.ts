import type { AreaEventBody, AreaEventType, ServerEvents } from '../contract/index.ts'
import type { Database } from '../database/database.ts'

/** A record whose body follows its schema. */
export type CheckedRecord = {
  [T in AreaEventType]: {
    /** Unique over all gateways and all times. */
    readonly id: string
    readonly type: T
    readonly at: number
    readonly deviceId: string | undefined
    /** The device or the gateway had been cut off: history, not news. */
    readonly late: boolean
    readonly body: AreaEventBody<T>
  }
}[AreaEventType]

export type RecordOf<T extends AreaEventType> = Extract<CheckedRecord, { type: T }>

export interface RecordContext {
  /** The transaction that stores the record: what a handler writes is stored with it or not at all. */
  readonly db: Database
  readonly gatewayId: string
  readonly compoundId: string
  readonly receivedAt: number
  /** Told after the commit. */
  readonly publish: <E extends keyof ServerEvents>(event: E, payload: Parameters<ServerEvents[E]>[0]) => void
}

/** What an area makes of a record. Types that do not concern it are passed over. */
export type RecordHandler = (record: CheckedRecord, context: RecordContext) => Promise<void>
