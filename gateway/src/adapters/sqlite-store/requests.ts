import type { OutboxStatus } from '../../core/ports.ts'

/** What the store asks of its thread. JSON travels as text: it is parsed once, where it is needed. */
export type StoreRequest =
  | {
      readonly kind: 'commit'
      readonly now: number
      readonly cause: string | undefined
      readonly state: readonly StateRow[]
      readonly events: readonly EventRow[]
    }
  | { readonly kind: 'forget'; readonly seq: number }
  | { readonly kind: 'acknowledge'; readonly seq: number; readonly now: number }
  | { readonly kind: 'entries'; readonly area: string; readonly afterKey: string | undefined }
  | {
      readonly kind: 'after'
      readonly seq: number
      readonly limit: number
      readonly types: readonly string[] | undefined
    }
  | { readonly kind: 'branch'; readonly sharedSeq: number }
  | { readonly kind: 'status' }
  | { readonly kind: 'oldest' }
  /** Puts aside what is no JSON any more, so that it can be read again. */
  | { readonly kind: 'mend'; readonly now: number }

/** Area, key, JSON; without JSON the key is deleted. */
export type StateRow = readonly [area: string, key: string, json: string | undefined]
/** Type, time, device, late, JSON of the body. */
export type EventRow = readonly [type: string, at: number, deviceId: string | null, late: 0 | 1, json: string]

export type RequestKind = StoreRequest['kind']
export type RequestOf<K extends RequestKind> = Extract<StoreRequest, { kind: K }>

export interface StoreAnswers {
  commit: { readonly duplicate: boolean; readonly seqs: readonly number[] }
  /** Whether everything is gone, or another round is needed. */
  forget: { readonly done: boolean }
  /** Up to which number the platform had everything before. */
  acknowledge: { readonly before: number }
  /** JSON array of `[key, value]`, and the key after which the next page begins. */
  entries: { readonly json: string; readonly next: string | undefined }
  /** JSON array of outbox records. */
  after: string
  branch: true
  status: OutboxStatus
  /** When the oldest record that waits was added. */
  oldest: number | undefined
  mend: { readonly rows: number }
}

export type StoreReply =
  | { readonly ok: true; readonly answer: unknown }
  /** `ofGroup`: not this request was at fault, the disk took nothing of the whole group. */
  | { readonly ok: false; readonly error: Error; readonly ofGroup?: true }

/** A damaged database was put aside and replaced by what could be read of it. */
export interface StoreRepair {
  /** Only its write-ahead log was damaged: the database is whole, and as it was some time before. */
  readonly isLog?: true
  /** Where what was damaged is kept. */
  readonly file: string
  /** Rows that were saved, by table. */
  readonly rows: Readonly<Record<string, number>>
  readonly isIncomplete: boolean
}

/** The first message of the thread. */
export interface StoreOpened {
  readonly repair: StoreRepair | undefined
}

/** A copy of the database as it is at the end of copying, made in steps between the groups. */
export interface StoreBackup {
  readonly backupTo: string
}
export type StoreBackupReply = { readonly backedUp: true } | { readonly backedUp: false; readonly problem: string }

/** Requests that share one transaction. The same id again is the same group, repeated by a new thread. */
export interface StoreGroup {
  readonly id: string
  readonly requests: readonly StoreRequest[]
}
