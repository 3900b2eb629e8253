import { constants } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createSecureContext, createServer as createTlsServer, type SecureContextOptions } from 'node:tls'
import { uplinkServerName } from '../contract/index.ts'

interface KeyPair {
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

export interface TlsListener {
  readonly host?: string | undefined
  readonly port: number
  /** For clients that know the platform by its name in the network. */
  readonly own?: KeyPair | undefined
  /** For gateways that are enrolled, which know the platform by its authority; `ca` is what they must be signed by. */
  readonly enrolled?: (KeyPair & { readonly ca: string }) | undefined
}

const minVersion = 'TLSv1.2'

/** One port for both: a client says by which name it knows us, and gets the certificate for that. */
export function createSecureServer({ own, enrolled }: TlsListener, accept: (socket: Socket) => void) {
  const { ca } = enrolled ?? {}
  const options = (pair: KeyPair | undefined): SecureContextOptions => ({
    ...pair,
    minVersion,
    // A resumed session would bring back what was true of a certificate when it began.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(ca !== undefined && { ca }),
  })
  const forEnrolled = createSecureContext(options(enrolled))
  const forOthers = createSecureContext(options(own ?? enrolled))
  return createTlsServer(
    {
      ...options(own ?? enrolled),
      // Who has none may still have a secret; who shows one must have the right one. The broker decides.
      requestCert: enrolled !== undefined,
      rejectUnauthorized: false,
      SNICallback: (name, done) => {
        done(null, name === uplinkServerName && enrolled ? forEnrolled : forOthers)
      },
    },
    accept,
  )
}

/** So many connections are taken at once, before anybody who is connected is heard again. */
const backlog = 64

export async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen({ port, host, backlog })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
