import { Allowance, type AllowanceOptions } from './allowance.ts'

export interface WaitingRoomOptions {
  /** Strangers of one address, and of all together; devices that have signed in do not count. */
  readonly perAddress: number
  readonly total: number
  /** Connections of one address that come to nothing. */
  readonly fruitless: AllowanceOptions
  /** A stranger had to go because another one came. */
  readonly onEvicted: () => void
}

interface Door {
  destroy(): unknown
}

export interface Stranger {
  /** How long to let the stranger wait before it is listened to. */
  readonly delayMs: number
  /** It has signed in. */
  welcome(): void
  /** It has gone. */
  leave(): void
}

interface Address {
  readonly allowance: Allowance
  readonly inside: Set<Door>
}

/** A closed connection invites to try again at once; one that must wait keeps the stranger busy and costs nothing. */
const longestDelayMs = 2000
const forgottenAtOnce = 64

/**
 * Everybody who is connected and has not signed in. When it is full, whoever has waited longest goes: a device
 * introduces itself at once, so it is the silent ones who leave, and a device that comes now still gets in.
 */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions
  readonly #addresses = new Map<string, Address>()
  readonly #inside = new Map<Door, Address>()

  constructor(options: WaitingRoomOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#inside.size
  }

  /** Addresses that are remembered. */
  get addresses(): number {
    return this.#addresses.size
  }

  enter(address: string, door: Door, now: number): Stranger {
    const { perAddress, total } = this.#options
    const from = this.#addressOf(address, now)
    if (from.inside.size >= perAddress) this.#evictFirst(from.inside)
    if (this.#inside.size >= total) this.#evictFirst(this.#inside.keys())
    const delayMs = Math.min(longestDelayMs, from.allowance.waitMs(now))
    from.allowance.use(1)
    from.inside.add(door)
    this.#inside.set(door, from)
    return {
      delayMs,
      welcome: () => {
        if (this.#remove(door)) from.allowance.use(-1)
      },
      leave: () => void this.#remove(door),
    }
  }

  #evictFirst(inside: Iterable<Door>): void {
    for (const oldest of inside) {
      this.#remove(oldest)
      this.#options.onEvicted()
      oldest.destroy()
      return
    }
  }

  #remove(door: Door): boolean {
    this.#inside.get(door)?.inside.delete(door)
    return this.#inside.delete(door)
  }

  #addressOf(address: string, now: number): Address {
    const known = this.#addresses.get(address)
    if (known) return known
    this.#forget(now)
    const from = { allowance: new Allowance(this.#options.fruitless, now), inside: new Set<Door>() }
    this.#addresses.set(address, from)
    return from
  }

  /** Looks at some of those that came longest ago, so that addresses do not pile up. */
  #forget(now: number): void {
    let looked = 0
    for (const [address, from] of this.#addresses) {
      if (looked === forgottenAtOnce) return
      looked += 1
      this.#addresses.delete(address)
      // Whoever still owes something goes to the end of the line.
      if (from.inside.size > 0 || !from.allowance.isFull(now)) this.#addresses.set(address, from)
    }
  }
}
