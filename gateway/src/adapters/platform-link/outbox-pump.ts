import {
  liveEventTypes,
  type AreaEventRecord,
  type UplinkDown,
  type UplinkLane,
  type UplinkUp,
} from '@gatehouse/platform/contract'
import type { Clock, Outbox } from '../../core/ports.ts'

type Ack = Extract<UplinkDown, { type: 'ack' }>
type Batch = Extract<UplinkUp, { type: 'batch' }>

interface OutboxPumpOptions {
  readonly outbox: Outbox
  readonly clock: Clock
  readonly send: (batch: Batch) => Promise<void>
  readonly ackWithinMs: number
  /** Told the highest number of what is about to be sent. */
  readonly onSending: (seq: number) => void
  /** The platform no longer answers: this connection is of no use. */
  readonly onFailure: (reason: Error) => void
}

const recordsPerBatch = 500
/** How far before the connection news may lie: somebody may still be waiting for what happened just now. */
const newsRecords = 1000

let lastBatch = 0

/**
 * Empties the outbox over one connection: oldest first, one batch in flight. While there is more than a batch to
 * catch up with, news of the urgent types goes ahead in a lane of its own.
 */
export class OutboxPump {
  readonly #options: OutboxPumpOptions
  readonly #waiting = new Map<UplinkLane, { readonly batch: number; readonly settle: (ack: Ack) => void }>()
  readonly #stopped = new AbortController()
  #isBehind = false
  /** Everything up to here is stored or on its way in order. */
  #reached = 0
  #wake = Promise.withResolvers<undefined>()
  readonly #forgetListener: () => void

  constructor(options: OutboxPumpOptions) {
    this.#options = options
    this.#forgetListener = options.outbox.onAdded(() => this.#wakeUp())
  }

  /** Begins after `storedSeq`, up to which the platform has everything; `lastSeq` is where the outbox ends now. */
  start(storedSeq: number, lastSeq: number): void {
    this.#reached = storedSeq
    this.#run(this.#sendBacklog(storedSeq))
    this.#run(this.#sendNews(Math.max(storedSeq, lastSeq - newsRecords)))
  }

  acknowledged(ack: Ack): void {
    const waiting = this.#waiting.get(ack.lane)
    if (waiting?.batch === ack.batch) waiting.settle(ack)
  }

  stop(): void {
    this.#forgetListener()
    this.#stopped.abort(new Error('the connection has ended'))
    this.#wakeUp()
  }

  #run(lane: Promise<void>): void {
    lane.catch((error: unknown) => {
      if (!this.#stopped.signal.aborted) this.#options.onFailure(error as Error)
    })
  }

  async #sendBacklog(storedSeq: number): Promise<void> {
    const { outbox } = this.#options
    await outbox.acknowledge(storedSeq)
    while (!this.#stopped.signal.aborted) {
      const woken = this.#wake.promise
      const records = await outbox.after(this.#reached, recordsPerBatch)
      const last = records.at(-1)
      this.#isBehind = records.length === recordsPerBatch
      if (!last) {
        await woken
        continue
      }
      this.#reached = last.seq
      if (this.#isBehind) this.#wakeUp() // the other lane has work now
      const { seq } = await this.#exchange('backlog', records)
      await outbox.acknowledge(seq)
    }
  }

  async #sendNews(from: number): Promise<void> {
    let sent = from
    while (!this.#stopped.signal.aborted) {
      const woken = this.#wake.promise
      const after = Math.max(sent, this.#reached)
      const records = this.#isBehind ? await this.#options.outbox.after(after, recordsPerBatch, liveEventTypes) : []
      const last = records.at(-1)
      if (!last) {
        await woken
        continue
      }
      await this.#exchange('live', records)
      sent = last.seq
    }
  }

  async #exchange(lane: UplinkLane, records: readonly AreaEventRecord[]): Promise<Ack> {
    const { outbox, clock, send, ackWithinMs } = this.#options
    this.#options.onSending(records.at(-1)?.seq ?? 0)
    const { backlog } = await outbox.status()
    const batch = (lastBatch += 1)
    const answer = Promise.withResolvers<Ack>()
    const timer = setTimeout(() => answer.reject(new Error('the platform did not acknowledge a batch')), ackWithinMs)
    const onStop = () => answer.reject(new Error('the connection has ended'))
    this.#stopped.signal.addEventListener('abort', onStop, { once: true })
    this.#waiting.set(lane, { batch, settle: answer.resolve })
    try {
      await send({ type: 'batch', batch, lane, backlog, clock: clock.now(), records: [...records] })
      return await answer.promise
    } finally {
      clearTimeout(timer)
      this.#stopped.signal.removeEventListener('abort', onStop)
      this.#waiting.delete(lane)
    }
  }

  #wakeUp(): void {
    this.#wake.resolve(undefined)
    this.#wake = Promise.withResolvers<undefined>()
  }
}
