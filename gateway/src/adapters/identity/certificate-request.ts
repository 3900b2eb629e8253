import { webcrypto, X509Certificate, createPrivateKey } from 'node:crypto'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A new key, and the PKCS#10 request that proves its possession. The key leaves this host never. */
export async function createRequest(): Promise<{ readonly csr: string; readonly key: string }> {
  // Loaded when there is something to ask for: hundreds of files that no start has to wait for.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    // The platform knows from the code or the connection who asks.
    name: [{ CN: ['gateway'] }],
    keys,
    signingAlgorithm: algorithm,
  })
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { csr: csr.toString('pem'), key }
}

interface Received {
  readonly gatewayId: string
  readonly certificate: string
  readonly key: string
  readonly ca: string
}

/** What is wrong with a certificate that was received, if anything. */
export function certificateProblem({ gatewayId, certificate, key, ca }: Received, now: number): string | undefined {
  try {
    const shown = new X509Certificate(certificate)
    const authority = new X509Certificate(ca)
    if (!shown.checkIssued(authority) || !shown.verify(authority.publicKey)) return 'it is not signed by the authority'
    if (!shown.checkPrivateKey(createPrivateKey(key))) return 'it is for another key'
    if (shown.subject !== `CN=${gatewayId}`) return 'it is for another gateway'
    const isCurrent = shown.validFromDate.getTime() <= now && now < shown.validToDate.getTime()
    return isCurrent ? undefined : 'it is not valid by the clock of this computer, which must be wrong'
  } catch {
    return 'it cannot be read'
  }
}

export function datesOf(certificate: string) {
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  return { from: validFromDate.getTime(), to: validToDate.getTime() }
}
