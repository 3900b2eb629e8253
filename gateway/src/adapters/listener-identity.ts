import { constants, type X509Certificate } from 'node:crypto'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { DeviceCertificate, ListenerIdentity } from '../core/ports.ts'
import { badDeviceAuthority } from '../errors.ts'

/** Certificate chain and private key, PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export interface ChangingListenerIdentity extends ListenerIdentity {
  /** A renewed certificate of the gateway itself. */
  setOwn(own: KeyPair): void
  /** PEM of the authority that signs the certificates of devices; `undefined` when no device has any. */
  setAuthority(ca: string | undefined): void
}

/** What TLS listeners show to devices, and whom they believe. */
export function createListenerIdentity(own: KeyPair): ChangingListenerIdentity {
  let shown = own
  let authority: string | undefined
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  return {
    context: () => ({
      cert: shown.cert,
      key: shown.key,
      // An empty list is "nobody"; without one every certificate authority of the internet would be believed.
      ca: authority === undefined ? [] : [authority],
      minVersion: 'TLSv1.2',
      // A resumed session would bring back what was true of its certificate when it began.
      secureOptions: constants.SSL_OP_NO_TICKET,
    }),
    onChanged(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    certificateOf(socket) {
      if (!(socket instanceof TLSSocket)) return undefined
      const certificate = socket.getPeerX509Certificate()
      if (!certificate) return undefined
      return socket.authorized ? describe(certificate) : 'invalid'
    },
    setOwn(next) {
      shown = next
      changed()
    },
    setAuthority(ca) {
      if (ca === authority) return
      if (ca !== undefined) check(ca)
      authority = ca
      changed()
    },
  }
}

function check(ca: string) {
  try {
    createSecureContext({ ca })
  } catch (error) {
    throw badDeviceAuthority({ cause: error })
  }
}

function describe(certificate: X509Certificate): DeviceCertificate | 'invalid' {
  // With two common names it would depend on the reader whose certificate it is.
  const names = certificate.subject.split('\n').filter((part) => part.startsWith('CN='))
  if (names.length !== 1) return 'invalid'
  return {
    commonName: names[0]?.slice('CN='.length) ?? '',
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    expiresAt: certificate.validToDate.getTime(),
  }
}
