import type { EnrolmentAnswer, EnrolmentCode, EnrolmentGrant, EnrolmentRequest } from '../../contract/index.ts'
import type { Caller, Clock, GatewayLink, Publisher } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import type { EnrolmentCodeRow } from '../../database/tables.ts'
import { enrolmentProof, formatCode, newCode } from '../../domain/index.ts'
import { enrolmentRefused, uplinkClosed } from '../../errors.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import type { MachineAuthority } from './certificate-authority.ts'
import * as repo from './machines.repo.ts'

export interface EnrolmentPorts {
  readonly db: Database
  readonly clock: Clock
  readonly vault: Vault
  readonly authority: MachineAuthority
  readonly gateways: GatewaysService
  readonly publisher: Publisher
  readonly link: Pick<GatewayLink, 'disconnect' | 'tlsPort'>
  /** Where gateways are told to connect; without it to the TLS port on the host that they enrolled at. */
  readonly uplinkUrl: string | undefined
  readonly certificateMs: number
}

const codeMs = 15 * 60_000
/** A code that is presented with wrong proofs is being attacked. */
const maxFailures = 5

/** The code is used, the certificate known and everything older void: all of it or nothing. */
async function admit(ports: EnrolmentPorts, { id, gateway_id: gatewayId, created_by }: EnrolmentCodeRow, csr: string) {
  const { db, clock, authority, gateways, link } = ports
  const now = clock.now()
  const { pem, serial, notAfter } = await authority.sign(csr, {
    commonName: gatewayId,
    validMs: ports.certificateMs,
    usages: ['client', 'server'],
  })
  const gateway = await db.transaction().execute(async (tx) => {
    if (!(await repo.takeCode(tx, id))) throw enrolmentRefused()
    const gateway = await gateways.enrolled(tx, gatewayId, now)
    const revocation = { at: now, by: created_by, reason: 'replaced by a new enrolment' }
    await repo.revokeSince(tx, { gateway_id: gatewayId, issued_at: 0 }, revocation)
    const dates = { issued_at: now, expires_at: notAfter }
    await repo.insertCertificate(tx, { serial, gateway_id: gatewayId, issued_by: 'enrolment', ...dates })
    return gateway
  })
  // Whoever is connected by what counted until now may be the one whom this shuts out.
  link.disconnect?.(gatewayId)
  ports.publisher.publish('gateway:changed', gateway.compoundId, gateway)
  return pem
}

/** From a code that an installer carries to a gateway's first certificate. */
export function createEnrolmentService(ports: EnrolmentPorts) {
  const { db, clock, vault, authority, gateways, link } = ports

  function uplinkAddress(): Pick<EnrolmentGrant, 'uplinkUrl' | 'uplinkPort'> {
    if (ports.uplinkUrl !== undefined) return { uplinkUrl: ports.uplinkUrl }
    const uplinkPort = link.tlsPort?.()
    if (uplinkPort === undefined) throw uplinkClosed()
    return { uplinkPort }
  }

  /** The proof that belongs to a code, if the request was made with that code and it is still good. */
  async function proven({ codeId, csr, mac }: EnrolmentRequest) {
    const code = await repo.findCode(db, codeId)
    if (!code || code.expires_at <= clock.now() || code.failures >= maxFailures) return undefined
    const proof = enrolmentProof(Uint8Array.from(Buffer.from(vault.open(code.sealed_key, codeId), 'base64')))
    if (await proof.isRequest({ mac, csr })) return { code, proof }
    await repo.countFailure(db, codeId)
    return undefined
  }

  return {
    async createCode(caller: Caller, gatewayId: string): Promise<EnrolmentCode> {
      await gateways.requireOwn(caller, gatewayId)
      uplinkAddress()
      const secrets = newCode(authority.fingerprint())
      const id = await enrolmentProof(secrets.secret).codeId()
      const expiresAt = clock.now() + codeMs
      await db.transaction().execute((tx) =>
        repo.replaceCode(tx, {
          id,
          gateway_id: gatewayId,
          sealed_key: vault.seal(Buffer.from(secrets.secret).toString('base64'), id),
          created_by: caller.username,
          expires_at: expiresAt,
          failures: 0,
        }),
      )
      return { code: formatCode(secrets), expiresAt }
    },

    async enrol(request: EnrolmentRequest): Promise<{ readonly gatewayId: string; readonly answer: EnrolmentAnswer }> {
      const known = await proven(request)
      if (!known) throw enrolmentRefused()
      const { gateway_id: gatewayId } = known.code
      const address = uplinkAddress()
      const certificate = await admit(ports, known.code, request.csr)
      const grant: EnrolmentGrant = { gatewayId, certificate, ca: authority.caPem(), ...address }
      const payload = JSON.stringify(grant)
      return { gatewayId, answer: { payload, mac: await known.proof.signAnswer(request.mac, payload) } }
    },

    async forgetExpired(): Promise<void> {
      await repo.forgetCodes(db, clock.now())
    },
  }
}

export type EnrolmentService = ReturnType<typeof createEnrolmentService>
