import type { Server as HttpServer } from 'node:http'
import type { BaseLogger } from 'pino'
import { Gauge } from 'prom-client'
import { Server } from 'socket.io'
import type { ClientEvents, Scope, ServerEvents, User } from '../contract/index.ts'
import { clientAddress } from '../core/client-address.ts'
import type { Metrics } from '../core/metrics.ts'
import { isOwnOrigin } from '../core/origin.ts'
import type { Publisher, ScopePublisher } from '../core/ports.ts'
import { hashToken } from '../core/secrets.ts'
import { tokenIn } from '../core/session-cookie.ts'
import type { SignInService } from '../modules/identity/sign-in.service.ts'
import { refusalOf } from './access.ts'
import { personRoom, roomsFor, roomsOf, sessionRoom } from './rooms.ts'
import { cutOffSlowGuests } from './slow-guests.ts'

/** A console whose line has gone dead without a word says so within ten seconds. */
const heartbeat = { pingInterval: 5000, pingTimeout: 5000 } as const

export interface RealtimePorts {
  readonly pathOf: (compoundId: string) => Promise<Scope | undefined>
  /** Told before anybody hears anything: what they hear is about people. */
  readonly onListening: (person: User, address: string) => Promise<void>
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'warn'>
}

interface SocketState {
  tokenHash: string
}
type House = Server<ClientEvents, ServerEvents, Record<string, never>, SocketState>
type Guest = Parameters<Parameters<House['use']>[0]>[0]

/** Events that wait for the way to their compound; more means that the database hangs. Consoles then reload instead. */
const maxWaitingEvents = 10_000

/** Consoles send nothing but Socket.IO's own handshake. */
const maxMessageBytes = 2048

async function admit(guest: Guest, signIns: SignInService, { onListening }: RealtimePorts) {
  const token = tokenIn(guest.handshake.headers.cookie)
  const session = token === undefined ? undefined : await signIns.resume(token)
  if (!session || token === undefined) throw new Error('NOT_SIGNED_IN')
  const refusal = refusalOf(session.duty)
  if (refusal) throw new Error(refusal.code)
  guest.data.tokenHash = hashToken(token)
  const { address, headers } = guest.handshake
  await onListening(session.user, clientAddress(address, headers['x-forwarded-for']))
  await guest.join(roomsOf(session.user, guest.data.tokenHash))
}

function openHouse(server: HttpServer, signIns: SignInService, ports: RealtimePorts): House {
  const { metrics } = ports
  const house: House = new Server(server, {
    serveClient: false,
    ...heartbeat,
    maxHttpBufferSize: maxMessageBytes,
    allowRequest: ({ headers }, answer) => {
      const own = isOwnOrigin(headers.origin, headers.host)
      if (!own) metrics.refused('realtime', 'foreign-origin')
      answer(own ? null : 'FOREIGN_ORIGIN', own)
    },
  })
  house.use((guest, next) => {
    admit(guest, signIns, ports).then(
      () => next(),
      (error: unknown) => {
        metrics.refused('realtime', 'not-signed-in')
        next(error instanceof Error ? error : new Error('NOT_SIGNED_IN'))
      },
    )
  })
  house.on('connection', (guest) => {
    guest.onAny(() => {
      metrics.refused('realtime', 'unexpected-message')
      guest.disconnect(true)
    })
  })
  new Gauge({
    name: 'gatehouse_consoles_connected',
    help: 'Consoles with a live connection',
    registers: [metrics.registry],
    collect() {
      this.set(house.of('/').sockets.size)
    },
  })
  return house
}

/** The live side of the console: the only file that knows Socket.IO. */
export function createRealtime(ports: RealtimePorts) {
  let house: House | undefined
  // Events leave in the order in which they were published, though the way to a path may take a query.
  let tail = Promise.resolve()
  let waiting = 0
  let stopLooking: (() => void) | undefined

  function emit<E extends keyof ServerEvents>(event: E, path: Scope, payload: Parameters<ServerEvents[E]>[0]) {
    // The types of Socket.IO cannot follow that name and payload belong together; our port's can.
    house?.to(roomsFor(event, path)).emit(event, ...([payload] as Parameters<ServerEvents[E]>))
  }

  /** Answers whether there is no place for one more: consoles are cut off then, and load what they have missed. */
  function isCrowded(): boolean {
    if (waiting < maxWaitingEvents) return false
    ports.metrics.refused('realtime', 'queue-full')
    house?.disconnectSockets(true)
    return true
  }

  const publisher: Publisher & ScopePublisher = {
    publish(event, compoundId, payload) {
      if (isCrowded()) return
      waiting += 1
      tail = tail
        .then(async () => {
          const path = await ports.pathOf(compoundId)
          if (path !== undefined) emit(event, path, payload)
        })
        .catch((error: unknown) => ports.logger.warn({ err: error, compoundId }, 'event not published'))
        .finally(() => (waiting -= 1))
    },
    publishAt(event, scope, payload) {
      tail = tail
        .then(() => emit(event, scope, payload))
        .catch((error: unknown) => ports.logger.warn({ err: error }, 'event not published'))
    },
  }

  return {
    publisher,

    attach(server: HttpServer, signIns: SignInService) {
      const opened = (house = openHouse(server, signIns, ports))
      stopLooking = cutOffSlowGuests(
        () => opened.of('/').sockets.values(),
        () => ports.metrics.refused('realtime', 'does-not-read'),
      )
    },

    endSession: (tokenHash: string) => house?.in(sessionRoom(tokenHash)).disconnectSockets(true),
    /** The console connects again by itself, with the new role and scope. */
    endPerson: (username: string) => house?.in(personRoom(username)).disconnectSockets(true),

    /** Ends connections whose session has run out, and keeps the others alive; to be called a few times a minute. */
    async sweep(signIns: SignInService) {
      const hashes = new Set([...(house?.of('/').sockets.values() ?? [])].map((guest) => guest.data.tokenHash))
      const valid = await signIns.keepAlive([...hashes])
      for (const hash of hashes) if (!valid.has(hash)) house?.in(sessionRoom(hash)).disconnectSockets(true)
    },

    async close() {
      stopLooking?.()
      await tail
      house?.disconnectSockets(true)
      // The HTTP server is Fastify's to close.
      house?.engine.close()
    },
  }
}

export type Realtime = ReturnType<typeof createRealtime>
