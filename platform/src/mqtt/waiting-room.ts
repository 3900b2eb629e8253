import { Allowance, type AllowanceOptions } from './allowance.ts'

export interface WaitingRoomOptions {
  /** Strangers of one address, and of all together; devices that have signed in do not count. */
  readonly perAddress: number
  readonly total: number
  /** Strangers that are listened to and come to nothing. */
  readonly fruitless?: AllowanceOptions | undefined
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

interface Address {
  /** Somebody has signed in from there. */
  isKnown: boolean
  readonly inside: Set<Door>
  /** Who has not been listened to yet, and all who came, the newest last; some of them may have gone. */
  readonly waiting: Map<Door, () => void>
  arrivals: Door[]
}

/**
 * How many strangers may come to nothing. Each costs a connection, a buffer and perhaps the check of a
 * password, and leaves behind what must be collected: at this pace devices that are in do not notice.
 */
const fewFruitless: AllowanceOptions = { perSecond: 50, burst: 40 }
const tickMs = 10
/** Of so many turns one is for addresses from which nobody has signed in yet, the others for known ones. */
const turnsOfAll = 4
const rememberedAddresses = 20_000

/**
 * Everybody who is connected and has not signed in. A closed connection invites to try again at once, one that must
 * wait keeps the stranger busy and costs nothing: so strangers wait to be listened to, and that is the newest first,
 * for a device that comes introduces itself at once. Addresses take turns, known ones first. When the room is full,
 * whoever has been there longest goes.
 */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions
  readonly #addresses = new Map<string, Address>()
  readonly #inside = new Map<Door, Address>()
  /** Addresses with somebody who waits; the one that was served last is at the end. */
  readonly #lines = { known: new Set<Address>(), others: new Set<Address>() }
  readonly #budget: Allowance
  #turn = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: WaitingRoomOptions) {
    this.#options = options
    this.#budget = new Allowance(options.fruitless ?? fewFruitless, performance.now())
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
    const from = this.#addressOf(address)
    if (from.inside.size >= perAddress) this.#evictFirst(from.inside)
    if (this.#inside.size >= total) this.#evictFirst(this.#inside.keys())
    from.inside.add(door)
    this.#inside.set(door, from)
    from.waiting.set(door, onTurn)
    from.arrivals.push(door)
    this.#linesOf(from).add(from)
    this.#serve()
    return {
      welcome: () => {
        if (!this.#remove(door)) return
        this.#linesOf(from).delete(from)
        from.isKnown = true
        if (from.waiting.size > 0) this.#linesOf(from).add(from)
        // A compound that comes back all at once is let in as fast as it signs in.
        this.#budget.use(-1)
        this.#serve()
      },
      leave: () => {
        this.#remove(door)
        if (from.inside.size === 0 && !from.isKnown) this.#addresses.delete(address)
      },
    }
  }

  /** One of each address after the other, as long as somebody may be heard. */
  #serve(): void {
    const now = performance.now()
    for (let next = this.#nextLine(); next && this.#budget.left(now) >= 1; next = this.#nextLine()) {
      this.#budget.use(1)
      this.#turn += 1
      this.#serveNewest(next)
    }
    const isIdle = this.#lines.known.size + this.#lines.others.size === 0
    if (isIdle) clearInterval(this.#timer)
    this.#timer = isIdle ? undefined : (this.#timer ?? setInterval(() => this.#serve(), tickMs))
  }

  #nextLine(): Address | undefined {
    const { known, others } = this.#lines
    const [first, second] = this.#turn % turnsOfAll === 0 ? [others, known] : [known, others]
    for (const line of first) return line
    for (const line of second) return line
    return undefined
  }

  #serveNewest(from: Address): void {
    let door = from.arrivals.pop()
    while (door && !from.waiting.has(door)) door = from.arrivals.pop()
    const onTurn = door && from.waiting.get(door)
    if (door) from.waiting.delete(door)
    const lines = this.#linesOf(from)
    lines.delete(from)
    if (from.waiting.size > 0) lines.add(from)
    onTurn?.()
  }

  #linesOf({ isKnown }: Address): Set<Address> {
    return isKnown ? this.#lines.known : this.#lines.others
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
    if (from.waiting.delete(door) && from.waiting.size === 0) this.#linesOf(from).delete(from)
    // Those who went away uncalled are not kept until their turn would have come.
    if (from.arrivals.length > 2 * from.waiting.size + 16) {
      from.arrivals = from.arrivals.filter((arrival) => from.waiting.has(arrival))
    }
    return this.#inside.delete(door)
  }

  #addressOf(name: string): Address {
    const known = this.#addresses.get(name)
    if (known) return known
    const from: Address = { isKnown: false, inside: new Set(), waiting: new Map(), arrivals: [] }
    this.#addresses.set(name, from)
    if (this.#addresses.size > rememberedAddresses) this.#forgetFirst()
    return from
  }

  #forgetFirst(): void {
    for (const [name, { inside }] of this.#addresses) {
      if (inside.size > 0) continue
      this.#addresses.delete(name)
      return
    }
  }
}
