import { AppError, storeFull, storeStillFull, storeUnavailable } from '../errors.ts'
import type { Change, Committed, EntryPage, Logger, StateStore } from './ports.ts'

interface HoldOptions {
  readonly store: StateStore
  /** Gives up what is worth less than an event. Answers whether anything was freed. */
  readonly makeRoom: () => Promise<boolean>
  readonly logger: Logger
  /** Replaced in tests. */
  readonly retryEveryMs?: number
}

/** A few hours of a busy gate; what comes after that stays at the devices only, */
export const maxHeldChanges = 5000
/** but the gate still opens for it, once: so many messages are known again. */
const maxCauses = 100_000
const usualRetryMs = 2000

const isUnavailable = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'STORE_UNAVAILABLE'

/** The disk takes nothing now; what should have been written is kept in memory and by the device that sent it. */
export const isHeld = (error: unknown) =>
  error instanceof AppError && (error.code === 'STORE_FULL' || error.code === 'STORE_STILL_FULL')

/** Whether it was said for the first time: a message that comes again must not be acted upon again. */
export const isFirstHeld = (error: unknown) => error instanceof AppError && error.code === 'STORE_FULL'

/** What changes state only is not worth keeping: the next state is as good. */
const isWorthHolding = ({ cause, events = [] }: Change) => cause !== undefined || events.length > 0

interface Refused {
  readonly change: Change
  readonly error: AppError
  readonly resolve: (committed: Committed) => void
  readonly reject: (error: unknown) => void
}

/**
 * A store for days when the disk is full. A change that cannot be written is refused, so that its message is not
 * acknowledged, and yet kept: it is written, in order, as soon as there is room, also when nobody sends it again.
 */
export class HeldChanges implements StateStore {
  readonly outbox: StateStore['outbox']
  readonly #options: HoldOptions
  readonly #held: Change[] = []
  readonly #causes = new Set<string>()
  /** What was refused and is to be tried again, while that is being done, and what has come since. */
  #refused: Refused[] | undefined
  readonly #listeners = new Set<() => void>()
  #isFull = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(options: HoldOptions) {
    this.#options = options
    this.outbox = options.store.outbox
  }

  async commit(change: Change): Promise<Committed> {
    if (change.cause !== undefined) {
      // Nothing may overtake what was refused or is held: it happened before.
      if (this.#refused) return this.#line(change)
      if (this.#held.length > 0) throw this.#hold(change, storeUnavailable('others wait'))
    }
    try {
      return await this.#options.store.commit(change)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return this.#line(change, error)
    }
  }

  entries(area: string): Promise<ReadonlyMap<string, unknown>> {
    return this.#options.store.entries(area)
  }

  pages(area: string): AsyncIterable<EntryPage> {
    return this.#options.store.pages(area)
  }

  status(): { readonly isFull: boolean; readonly held: number } {
    return { isFull: this.#isFull, held: this.#held.length }
  }

  /** Called when the disk takes changes again: now whoever was not acknowledged may be asked again. */
  onWritable(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#writing
    await this.#writeHeld()
    await this.#options.store.close()
  }

  /** Stands in line behind everything that was refused before. */
  #line(change: Change, error = storeUnavailable('others wait')): Promise<Committed> {
    const { promise, ...settle } = Promise.withResolvers<Committed>()
    const isFirst = this.#refused === undefined
    this.#refused ??= []
    this.#refused.push({ change, error, ...settle })
    if (isFirst) void this.#tryAgain(this.#refused)
    return promise
  }

  /** Tries what was refused once more if room can be made, all in the order in which it came, and holds the rest. */
  async #tryAgain(refused: Refused[]): Promise<void> {
    let isWorth = !this.#isFull && (await this.#options.makeRoom())
    while (refused.length > 0) {
      const batch = refused.splice(0)
      isWorth &&= this.#held.length === 0
      if (isWorth) isWorth = await this.#commitAll(batch)
      else for (const { change, error, reject } of batch) reject(this.#hold(change, error))
    }
    this.#refused = undefined
  }

  /** Answers whether the disk took them. The store refuses everything that comes behind something it refuses. */
  async #commitAll(batch: readonly Refused[]): Promise<boolean> {
    const { store } = this.#options
    const outcomes = await Promise.allSettled(batch.map(({ change }) => store.commit(change)))
    let hasTakenAll = true
    outcomes.forEach((outcome, index) => {
      const one = batch[index]
      if (outcome.status === 'fulfilled') one?.resolve(outcome.value)
      else if (isUnavailable(outcome.reason)) {
        hasTakenAll = false
        one?.reject(this.#hold(one.change, outcome.reason))
      } else one?.reject(outcome.reason)
    })
    return hasTakenAll
  }

  /** Keeps a change if that is worth it; answers what whoever wanted it is told. */
  #hold(change: Change, error: AppError): AppError {
    if (this.#isClosed) return error
    if (!this.#isFull)
      this.#options.logger.error({ err: error }, 'nothing can be stored, make room on the disk; the gates still open')
    this.#isFull = true
    this.#retryLater()
    const { cause } = change
    if (cause !== undefined && this.#causes.has(cause)) return storeStillFull()
    if (!isWorthHolding(change) || this.#causes.size >= maxCauses) return error
    if (this.#held.length < maxHeldChanges) this.#held.push(change)
    else if (cause === undefined) return error
    if (cause !== undefined) this.#causes.add(cause)
    return storeFull({ cause: error })
  }

  #retryLater(): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#writing.then(() => this.#retry())
    }, this.#options.retryEveryMs ?? usualRetryMs)
  }

  async #retry(): Promise<void> {
    const { makeRoom, logger } = this.#options
    await makeRoom()
    if (!(await this.#writeHeld()) || !(await this.#probe())) {
      this.#retryLater()
      return
    }
    this.#isFull = false
    this.#causes.clear()
    logger.info({}, 'the disk takes changes again')
    for (const listener of this.#listeners) listener()
  }

  async #writeHeld(): Promise<boolean> {
    const { store, logger } = this.#options
    for (let change = this.#held[0]; change !== undefined; change = this.#held[0]) {
      try {
        await store.commit(change)
      } catch (error) {
        if (isUnavailable(error)) return false
        logger.error({ err: error }, 'a change that was held could not be written')
      }
      this.#held.shift()
      if (change.cause !== undefined) this.#causes.delete(change.cause)
    }
    return true
  }

  async #probe(): Promise<boolean> {
    try {
      await this.#options.store.commit({ state: [{ area: 'held-changes', key: 'probe', value: Date.now() }] })
      return true
    } catch {
      return false // the next look finds out more
    }
  }
}
