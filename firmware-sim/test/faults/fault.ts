import type { Random } from '../../src/core/seeded-random.ts'
import type { Site, SiteOptions } from './site.ts'

/** What people must be told while the fault lasts, and no longer once it is over. */
export interface Saying {
  readonly what: string
  readonly isSaid: () => Promise<boolean>
  readonly withinMs: number
}

/** One way in which things go wrong, as data. */
export interface Fault {
  /** Names the row, the test and the seed. */
  readonly id: string
  /** What is done, for the table. */
  readonly what: string
  readonly site?: SiteOptions
  /** How long it lasts when nobody has to be told of it, ms. */
  readonly lasts?: readonly [min: number, max: number]
  /** Strikes a running house. Answers what must be said meanwhile, if something must. */
  strike(site: Site, random: Random, round: number): Promise<Saying | undefined>
  /** Ends the fault; also called after a strike that failed. */
  heal(site: Site, random: Random): Promise<void>
  /** What else must be so once the house is well again. */
  expectAfter?(site: Site): Promise<void>
}

/** One line of the table. */
export interface FaultRow {
  readonly id: string
  readonly what: string
  readonly rounds: number
  readonly sent: number
  readonly acknowledged: number
  readonly stored: number
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
  readonly foreign: number
  /** From the end of the fault until news of every device is at the centre, longest round. */
  readonly recoveryMs: number
  /** From the strike until people were told, longest round; absent where there is nothing to tell. */
  readonly toldMs?: number
  readonly seed: string
}
