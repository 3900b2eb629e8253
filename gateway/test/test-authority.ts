import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 86_400_000
const keyPair = () => webcrypto.subtle.generateKey(curve, true, ['sign', 'verify'])
const keyPem = async ({ privateKey }: webcrypto.CryptoKeyPair) =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')

export interface TestCertificate {
  readonly cert: string
  readonly key: string
  /** Lower-case hex. */
  readonly serial: string
}

export interface TestRequest {
  readonly commonNames: readonly string[]
  readonly usage?: 'client' | 'server'
  readonly expiresAt?: number
  readonly dnsName?: string
}

/** An authority of its own for one test. */
export async function createTestAuthority() {
  const keys = await keyPair()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: [{ CN: [`test authority ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(Date.now() - 10 * dayMs),
    notAfter: new Date(Date.now() + 10 * dayMs),
    signingAlgorithm: curve,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  })

  return {
    ca: root.toString('pem'),
    async issue(request: TestRequest): Promise<TestCertificate> {
      const { commonNames, usage = 'client', expiresAt = Date.now() + dayMs, dnsName = 'localhost' } = request
      const own = await keyPair()
      const serial = `40${randomBytes(15).toString('hex')}`
      const { clientAuth, serverAuth } = x509.ExtendedKeyUsage
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial,
        subject: commonNames.map((name) => ({ CN: [name] })),
        issuer: root.subjectName,
        notBefore: new Date(Date.now() - 5 * dayMs),
        notAfter: new Date(expiresAt),
        signingAlgorithm: curve,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.ExtendedKeyUsageExtension([usage === 'client' ? clientAuth : serverAuth]),
          new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: dnsName }]),
        ],
      })
      return { cert: certificate.toString('pem'), key: await keyPem(own), serial }
    },
  }
}

export type TestAuthority = Awaited<ReturnType<typeof createTestAuthority>>
