import type { Server as HttpServer } from 'node:http'
import type { BaseLogger } from 'pino'
import { Gauge } from 'prom-client'
import { Server } from 'socket.io'
import type { ClientEvents, Scope, ServerEvents } from '../contract/index.ts'
import type { Metrics } from '../core/metrics.ts'
import { isOwnOrigin } from '../core/origin.ts'
import type { Publisher } from '../core/ports.ts'
import { hashToken } from '../core/secrets.ts'
import { tokenIn } from '../core/session-cookie.ts'
import type { SignInService } from '../modules/identity/sign-in.service.ts'
import { personRoom, roomsFor, roomsOf, sessionRoom } from './rooms.ts'

/** A console whose line has gone dead without a word says so within ten seconds. */
const heartbeat = { pingInterval: 5000, pingTimeout: 5000 } as const

export interface RealtimePorts {
  readonly pathOf: (compoundId: string) => Promise<Scope | undefined>
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'warn'>
}

interface SocketState {
  tokenHash: string
}
type House = Server<ClientEvents, ServerEvents, Record<string, never>, SocketState>
type Guest = Parameters<Parameters<House['use']>[0]>[0]

/** Consoles send nothing but Socket.IO's own handshake. */
const maxMessageBytes = 2048

async function admit(guest: Guest, signIns: SignInService) {
  const token = tokenIn(guest.handshake.headers.cookie)
  const session = token === undefined ? undefined : await signIns.resume(token)
  if (!session || token === undefined) throw new Error('NOT_SIGNED_IN')
  guest.data.tokenHash = hashToken(token)
  await guest.join(roomsOf(session.user, guest.data.tokenHash))
}

function openHouse(server: HttpServer, signIns: SignInService, { metrics }: RealtimePorts): House {
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
    admit(guest, signIns).then(
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

  const publisher: Publisher = {
    publish(event, compoundId, payload) {
      tail = tail
        .then(async () => {
          const path = await ports.pathOf(compoundId)
          if (path === undefined) return
          // The types of Socket.IO cannot follow that name and payload belong together; our port's can.
          house?.to(roomsFor(event, path)).emit(event, ...([payload] as Parameters<ServerEvents[typeof event]>))
        })
        .catch((error: unknown) => ports.logger.warn({ err: error, compoundId }, 'event not published'))
    },
  }

  return {
    publisher,

    attach(server: HttpServer, signIns: SignInService) {
      house = openHouse(server, signIns, ports)
    },

    endSession: (tokenHash: string) => house?.in(sessionRoom(tokenHash)).disconnectSockets(true),
    /** The console connects again by itself, with the new role and scope. */
    endPerson: (username: string) => house?.in(personRoom(username)).disconnectSockets(true),

    /** Ends connections whose session has run out; to be called a few times a minute. */
    async sweep(signIns: SignInService) {
      const hashes = new Set([...(house?.of('/').sockets.values() ?? [])].map((guest) => guest.data.tokenHash))
      const valid = await signIns.stillValid([...hashes])
      for (const hash of hashes) if (!valid.has(hash)) house?.in(sessionRoom(hash)).disconnectSockets(true)
    },

    async close() {
      await tail
      house?.disconnectSockets(true)
      // The HTTP server is Fastify's to close.
      house?.engine.close()
    },
  }
}

export type Realtime = ReturnType<typeof createRealtime>
