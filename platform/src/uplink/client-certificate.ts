import { TLSSocket } from 'node:tls'

export interface ClientCertificate {
  readonly commonName: string
  /** Lower-case hex. */
  readonly serial: string
}

/**
 * What a connection shows of itself: nothing, a certificate of our authority that is within its time, or one that is
 * of no worth here.
 */
export function certificateOf(connection: unknown): ClientCertificate | 'none' | 'untrusted' {
  if (!(connection instanceof TLSSocket)) return 'none'
  const shown = connection.getPeerX509Certificate()
  if (!shown) return 'none'
  const [, commonName] = /^CN=([a-z0-9-]{1,64})$/.exec(shown.subject) ?? []
  if (!connection.authorized || commonName === undefined) return 'untrusted'
  return { commonName, serial: shown.serialNumber.toLowerCase() }
}
