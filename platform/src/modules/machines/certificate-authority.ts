import 'reflect-metadata'
import { createHash, createPrivateKey, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import type { CertificateAuthority, CertificateRequest, Clock } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import { authorityLocked, badCertificateRequest } from '../../errors.ts'
import * as repo from './machines.repo.ts'

/** P-256: every TLS library knows it, also the small ones in devices. */
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const yearMs = 365 * 86_400_000
const authorityMs = 30 * yearMs
/** A machine whose clock is a little behind can use its certificate at once. */
const backdatedMs = 5 * 60_000
const vaultContext = 'certificate-authority'

export interface RevokedEntry {
  readonly serial: string
  readonly revokedAt: number
}

export interface MachineAuthority extends CertificateAuthority {
  /** Leading bytes of the SHA-256 of the authority's certificate: how an enrolment code names it. */
  fingerprint(): Buffer
  /** Signed list of what is revoked, PEM. */
  revocationList(entries: readonly RevokedEntry[], validMs: number): Promise<string>
}

export interface AuthorityPorts {
  readonly db: Database
  readonly vault: Vault
  readonly clock: Clock
}

/** 128 bits, of which the two highest are fixed: positive, and never shorter in DER [RFC 5280 4.1.2.2]. */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40)
  return bytes.toString('hex')
}

const generateKeys = () => webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])

async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', der, ecdsa, false, ['sign'])
}

/** Makes an authority; of several processes that start together one is first, and all use what it made. */
async function found({ db, vault, clock }: AuthorityPorts): Promise<void> {
  const keys = await generateKeys()
  const now = clock.now()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [`Gatehouse machines ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(now + authorityMs),
    signingAlgorithm: ecdsa,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const sealedKey = vault.seal(await keyToPem(keys.privateKey), vaultContext)
  await repo.keepAuthority(db, { certificate: root.toString('pem'), sealedKey, createdAt: now })
}

const oids = { client: x509.ExtendedKeyUsage.clientAuth, server: x509.ExtendedKeyUsage.serverAuth }

/** Only keys that will still be safe when the certificate ends. */
function isStrong({ algorithm }: x509.PublicKey): boolean {
  const { name, namedCurve, modulusLength } = algorithm as webcrypto.Algorithm & {
    namedCurve?: string
    modulusLength?: number
  }
  if (name === 'ECDSA') return namedCurve === 'P-256' || namedCurve === 'P-384'
  return name.startsWith('RSA') && modulusLength !== undefined && modulusLength >= 2048 && modulusLength <= 4096
}

async function publicKeyOf(csrPem: string): Promise<x509.PublicKey> {
  let csr: x509.Pkcs10CertificateRequest
  try {
    csr = new x509.Pkcs10CertificateRequest(csrPem)
    if (!(await csr.verify())) throw badCertificateRequest('its signature is not made with its key')
  } catch (error) {
    throw badCertificateRequest(error instanceof Error ? error.message.slice(0, 100) : 'it cannot be read')
  }
  if (!isStrong(csr.publicKey)) throw badCertificateRequest('its key must be EC P-256, EC P-384 or RSA of 2048 bits')
  return csr.publicKey
}

const toName = (name: string): x509.JsonGeneralName => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })

/** Opens the platform's authority, founding it at the first start. */
export async function openCertificateAuthority(ports: AuthorityPorts): Promise<MachineAuthority> {
  const { db, vault, clock } = ports
  if (!(await repo.findAuthority(db))) await found(ports)
  const kept = await repo.findAuthority(db)
  if (!kept) throw authorityLocked()
  const root = new x509.X509Certificate(kept.certificate)
  const signingKey = await importKey(openSealed(vault, kept.sealed_key))
  const authorityKey = await x509.AuthorityKeyIdentifierExtension.create(root.publicKey)

  async function certify(publicKey: x509.PublicKey, request: CertificateRequest) {
    const { commonName, validMs, usages, dnsNames = [commonName] } = request
    const now = clock.now()
    const serial = newSerial()
    const notAfter = Math.min(now + validMs, root.notAfter.getTime())
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: [{ CN: [commonName] }],
      issuer: root.subjectName,
      notBefore: new Date(now - Math.min(backdatedMs, validMs / 10)),
      notAfter: new Date(notAfter),
      signingAlgorithm: ecdsa,
      publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(usages.map((usage) => oids[usage])),
        new x509.SubjectAlternativeNameExtension(dnsNames.map(toName)),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        authorityKey,
      ],
    })
    return { pem: certificate.toString('pem'), serial, notAfter: certificate.notAfter.getTime() }
  }

  return {
    caPem: () => kept.certificate,
    fingerprint: () => createHash('sha256').update(new Uint8Array(root.rawData)).digest(),
    sign: async (csrPem, request) => certify(await publicKeyOf(csrPem), request),
    async issue(request) {
      const keys = await generateKeys()
      const publicKey = await x509.PublicKey.create(keys.publicKey)
      return { ...(await certify(publicKey, request)), keyPem: await keyToPem(keys.privateKey) }
    },
    async revocationList(entries, validMs) {
      const list = await x509.X509CrlGenerator.create({
        issuer: root.subjectName,
        thisUpdate: new Date(clock.now()),
        nextUpdate: new Date(clock.now() + validMs),
        signingAlgorithm: ecdsa,
        signingKey,
        entries: entries.map(({ serial, revokedAt }) => ({
          serialNumber: serial,
          revocationDate: new Date(revokedAt),
        })),
        extensions: [authorityKey],
      })
      return list.toString('pem')
    },
  }
}

function openSealed(vault: Vault, sealed: string): string {
  try {
    return vault.open(sealed, vaultContext)
  } catch (error) {
    throw Object.assign(authorityLocked(), { cause: error })
  }
}
