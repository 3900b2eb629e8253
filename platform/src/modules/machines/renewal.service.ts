import type { BaseLogger } from 'pino'
import type { Clock, GatewayIdentity } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { renewalRefused } from '../../errors.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import type { MachineAuthority } from './certificate-authority.ts'
import * as repo from './machines.repo.ts'

export interface RenewalPorts {
  readonly db: Database
  readonly clock: Clock
  readonly authority: MachineAuthority
  readonly gateways: GatewaysService
  readonly certificateMs: number
  readonly logger: Pick<BaseLogger, 'info'>
}

/** Whoever asks again sooner has not waited for the answer. */
const renewEveryMs = 60_000

/** The next certificate, for a gateway whose present one counts. */
export function createRenewalService(ports: RenewalPorts): Pick<GatewayIdentity, 'renew'> {
  const { db, clock, authority, gateways, certificateMs, logger } = ports

  /** The certificate in use, if it may be renewed now. The oldest that counts: the first use of a newer one ends it. */
  async function renewable(tx: Database, gatewayId: string, now: number) {
    const valid = await repo.listValid(tx, gatewayId, now)
    const inUse = valid.at(-1)
    const unused = valid.slice(0, -1)
    if (!inUse || unused.some(({ issued_at }) => now - issued_at < renewEveryMs)) throw renewalRefused()
    return inUse
  }

  return {
    async renew(gatewayId, csr) {
      const now = clock.now()
      await renewable(db, gatewayId, now)
      const { pem, serial, notAfter } = await authority.sign(csr, {
        commonName: gatewayId,
        validMs: certificateMs,
        usages: ['client', 'server'],
      })
      await db.transaction().execute(async (tx) => {
        // A revocation comes before this or after it: in between, the new one would outlive it.
        await gateways.lock(tx, gatewayId)
        const inUse = await renewable(tx, gatewayId, now)
        // An answer that was lost on its way leaves nothing behind that counts.
        await repo.supersedeUnused(tx, inUse, now)
        const dates = { issued_at: now, expires_at: notAfter }
        await repo.insertCertificate(tx, { serial, gateway_id: gatewayId, issued_by: 'renewal', ...dates })
      })
      logger.info({ gatewayId, serial, expiresAt: notAfter }, 'gateway certificate renewed')
      return { certificate: pem, ca: authority.caPem() }
    },
  }
}
