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
  /** It has signed in. */
  welcome(): void
  /** It has gone. */
  leave(): void
}

interface Waiting {
  readonly since: number
  readonly onTurn: () => void
}

interface Address {
  readonly allowance: Allowance
  readonly inside: Set<Door>
  /** Who has not been listened to yet. */
  readonly line: Map<Door, Waiting>
}

/** A closed connection invites to try again at once; one that must wait keeps the stranger busy and costs nothing. */
const longestWaitMs = 2000
const tickMs = 5
/** Strangers that are listened to in one tick: each may cost a sign-in, and devices that are in are heard in between. */
const heardAtOnce = 10
const forgottenAtOnce = 64

/**
 * Everybody who is connected and has not signed in. Addresses take turns at being listened to. When the room is full,
 * whoever has been there longest goes: a device introduces itself at once, so it is the silent ones who leave, and a
 * device that comes now still gets in.
 */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions
  readonly #addresses = new Map<string, Address>()
  readonly #inside = new Map<Door, Address>()
  /** Addresses with somebody in line; the one that was served last is at the end. */
  readonly #lines = new Set<Address>()
  #mayHear = heardAtOnce
  #timer: NodeJS.Timeout | undefined

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

  /** `onTurn` is called when the stranger is to be listened to: at once, if there is nobody else. */
  enter(address: string, door: Door, onTurn: () => void): Stranger {
    const { perAddress, total } = this.#options
    const now = performance.now()
    const from = this.#addressOf(address, now)
    if (from.inside.size >= perAddress) this.#evictFirst(from.inside)
    if (this.#inside.size >= total) this.#evictFirst(this.#inside.keys())
    from.inside.add(door)
    this.#inside.set(door, from)
    from.line.set(door, { since: now, onTurn })
    this.#lines.add(from)
    this.#serve(now)
    this.#timer ??= setInterval(() => this.#tick(), tickMs)
    return {
      welcome: () => {
        if (this.#remove(door)) from.allowance.use(-1)
      },
      leave: () => void this.#remove(door),
    }
  }

  #tick(): void {
    const wasIdle = this.#mayHear === heardAtOnce
    this.#mayHear = heardAtOnce
    this.#serve(performance.now())
    if (this.#lines.size > 0 || !wasIdle) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** One of each address after the other, as long as somebody may be heard. */
  #serve(now: number): void {
    // Whoever is served goes to the end of the set, where this loop finds it again.
    for (const from of this.#lines) {
      if (this.#mayHear === 0) return
      this.#serveFirst(from, now)
    }
  }

  #serveFirst(from: Address, now: number): void {
    for (const [door, { since, onTurn }] of from.line) {
      if (from.allowance.waitMs(now) > 0 && now - since < longestWaitMs) return
      from.allowance.use(1)
      from.line.delete(door)
      this.#lines.delete(from)
      if (from.line.size > 0) this.#lines.add(from)
      this.#mayHear -= 1
      onTurn()
      return
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
    const from = this.#inside.get(door)
    if (!from) return false
    from.inside.delete(door)
    from.line.delete(door)
    if (from.line.size === 0) this.#lines.delete(from)
    return this.#inside.delete(door)
  }

  #addressOf(name: string, now: number): Address {
    const known = this.#addresses.get(name)
    if (known) return known
    this.#forget(now)
    const allowance = new Allowance(this.#options.fruitless, now)
    const from: Address = { allowance, inside: new Set(), line: new Map() }
    this.#addresses.set(name, from)
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
