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
  | { readonly kind: 'entries'; readonly area: string; readonly afterKey: string | undefined }
  | {
      readonly kind: 'after'
      readonly seq: number
      readonly limit: number
      readonly types: readonly string[] | undefined
    }
  | { readonly kind: 'status' }

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
  /** JSON array of `[key, value]`, and the key after which the next page begins. */
  entries: { readonly json: string; readonly next: string | undefined }
  /** JSON array of outbox records. */
  after: string
  status: { readonly lastSeq: number; readonly backlog: number }
}

export type StoreReply = { readonly ok: true; readonly answer: unknown } | { readonly ok: false; readonly error: Error }

/** The first message of the thread. */
export interface StoreOpened {
  /** Where a damaged database was put aside. */
  readonly damagedFile: string | undefined
}
