import type { TSchema } from 'typebox'
import type { Random } from './seeded-random.ts'
import type { Speech } from './speech.ts'

/** An event before the device has stamped it. Distributes over unions. */
export type EventBody<E> = E extends unknown ? Omit<E, 'id' | 'at' | 'replayed'> : never
/** A report before the device has stamped it. */
export type ReportBody<R> = Omit<R, 'at' | 'seq'>

/** How a command ended; nothing means that it was carried out and there is no more to say. */
export type Outcome =
  { readonly data: Readonly<Record<string, unknown>> } | { readonly code: string; readonly message: string } | undefined

/** What a device's behaviour may use. All delays are in real device time and shrink with the pace of the scenario. */
export interface SimContext<E> {
  readonly random: Random
  /** Runs `action` later and reports what changed. A timer of the same name is replaced. */
  after(name: string, ms: number, action: () => void): void
  cancel(name: string): void
  isPending(name: string): boolean
  emit(event: EventBody<E>): void
  /** Runs `action` with the value as soon as it is there; a stopped device forgets it. */
  whenReady<T>(value: Promise<T>, action: (value: T) => void): void
  /** The mechanics are jammed. */
  isStuck(): boolean
}

/** A device as its maker would describe it: what it is, tells and does. `X` is what the world does to it. */
export interface SimDevice<S extends object, R, E, C, X> {
  readonly kind: string
  readonly initial: S
  /** Schema of the commands that the firmware understands. */
  readonly command: TSchema
  readonly report: (state: S) => ReportBody<R>
  readonly onCommand: (state: S, command: C, sim: SimContext<E>) => Outcome
  readonly onStimulus: (state: S, stimulus: X, sim: SimContext<E>) => void
  /** How it speaks, if not as the house does. */
  readonly speech?: (deviceId: string) => Speech
  /** Runs before each regular report: batteries drain, temperatures drift. */
  readonly onTick?: (state: S, sim: SimContext<E>) => void
}

export const defineSimDevice = <S extends object, R, E, C, X>(device: SimDevice<S, R, E, C, X>) => device
