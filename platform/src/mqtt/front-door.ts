import type { AllowanceOptions } from './allowance.ts'
import { Deadlines } from './deadlines.ts'
import { GuardedConnection, type ConnectionRules, type GuardedSocket } from './guarded-connection.ts'
import type { PacketLimits } from './packet-front.ts'
import { Turns } from './turns.ts'
import { WaitingRoom, type Stranger } from './waiting-room.ts'

export interface FrontDoorOptions {
  readonly limits: PacketLimits
  /** For the handshake, if there is one, and as much again for a complete CONNECT, however busy it seems. */
  readonly connectTimeoutMs: number
  /** Packets that one connection may send; every 4 KiB count as one more. */
  readonly packets: AllowanceOptions
  /** Signed in or not; strangers may be a part of them only. */
  readonly maxConnections: number
  /** Strangers that are listened to and come to nothing; more have to wait. */
  readonly fruitless?: AllowanceOptions | undefined
  readonly refused: (reason: string) => void
}

/** A TCP connection, before anything is known of it. */
export interface Knock {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly destroyed: boolean
  on(event: 'error', listener: () => void): unknown
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
}

/** Of all connections. A stranger that is kept waiting costs 6 kB; one that is shown out comes back at once. */
const strangersShare = 0.6
/** A compound behind a router is one address, and a compound that comes back all at once is many strangers. */
const addressShare = 0.5
/** Devices that report every few seconds; whoever sends more takes turns when there is more than can be done. */
const unhurried: AllowanceOptions = { perSecond: 4, burst: 8 }
/** Enough to fill a group commit, few enough to be done within a few milliseconds. */
const places = 128
const unsettled = 32
const doNothing = () => undefined

/**
 * The way to a broker of ours: who may come in and be listened to, and when. Strangers and signed-in devices are
 * counted apart, so that no number of strangers keeps a device out.
 */
export class FrontDoor {
  readonly #deadlines: Deadlines
  readonly #room: WaitingRoom
  readonly #rules: ConnectionRules
  readonly #strangers = new Map<string, { readonly stranger: Stranger; readonly connection: Knock }>()

  constructor(options: FrontDoorOptions) {
    const { limits, packets, refused, maxConnections } = options
    this.#deadlines = new Deadlines(options.connectTimeoutMs, () => refused('no-connect'))
    this.#room = new WaitingRoom({
      total: Math.ceil(maxConnections * strangersShare),
      perAddress: Math.ceil(maxConnections * addressShare),
      fruitless: options.fruitless,
      onEvicted: () => refused('too-many-strangers'),
    })
    this.#rules = { limits, packets, unhurried, unsettled, turns: new Turns(places, createBusyShare()), refused }
  }

  /** Connections that have not signed in. */
  get strangers(): number {
    return this.#room.size
  }

  /** Somebody has connected, and is not read; `onAdmitted` is called when it is to be listened to. */
  knock(connection: Knock, onAdmitted: () => void): void {
    connection.on('error', doNothing)
    if (connection.destroyed) return
    const name = nameOf(connection)
    const stranger = this.#room.enter(connection.remoteAddress ?? '', connection, () => {
      this.#deadlines.begin(connection)
      // The name is known only once somebody is admitted at once, too.
      queueMicrotask(onAdmitted)
    })
    this.#strangers.set(name, { stranger, connection })
    connection.once('close', () => {
      stranger.leave()
      this.#deadlines.met(connection)
      this.#strangers.delete(name)
    })
  }

  /** Listens to somebody who was admitted, through TLS or not, until a whole CONNECT is there. */
  listen(socket: GuardedSocket & Knock, onConnect: (visitor: Visitor) => void): void {
    const known = this.#strangers.get(nameOf(socket))
    // A handshake has its own time, and all of it: that of the TLS server begins anew with every byte.
    if (known) this.#deadlines.met(known.connection)
    if (socket.destroyed) return
    this.#deadlines.begin(socket)
    socket.on('error', doNothing)
    socket.once('close', () => this.#deadlines.met(socket))
    // Whoever never says a word is not worth more than this.
    socket.once('readable', () => {
      const connection = new GuardedConnection(socket, this.#rules)
      connection.listen(() => {
        this.#deadlines.met(socket)
        onConnect(new Visitor(connection, known?.stranger))
      })
    })
  }
}

/** Somebody who has introduced itself, as the broker sees it. */
export class Visitor {
  readonly #connection: GuardedConnection
  readonly #stranger: Stranger | undefined

  constructor(connection: GuardedConnection, stranger: Stranger | undefined) {
    this.#connection = connection
    this.#stranger = stranger
  }

  /** Whether DISCONNECT was seen: the client leaves on purpose. */
  get saidGoodbye(): boolean {
    return this.#connection.saidGoodbye
  }

  /** It has signed in and got its CONNACK: from now on it is heard, and no stranger. */
  welcome(): void {
    this.#stranger?.welcome()
    this.#connection.ready()
  }

  /** A peer of ours, which has no limits. */
  trust(): void {
    this.#connection.trust()
  }

  /** Its place was taken: what it still says is not looked at any more. */
  letGo(): void {
    this.#connection.letGo()
  }

  /** One of its messages was taken, or refused. */
  settled(): void {
    this.#connection.settled()
  }
}

function createBusyShare() {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}

const nameOf = ({ remoteAddress, remotePort }: Knock) => `${remoteAddress ?? ''} ${remotePort ?? 0}`
