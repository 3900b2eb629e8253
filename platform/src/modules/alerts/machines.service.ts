import type { AreaEventBody } from '../../contract/index.ts'
import type { Clock, Publisher } from '../../core/ports.ts'
import type { RecordContext } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import type { CertificatesService } from '../machines/certificates.service.ts'
import * as repo from './alerts.repo.ts'
import { raise, resolveBySystem } from './raise.ts'

export interface MachineAlertsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly gateways: GatewaysService
  readonly certificates: CertificatesService
}

const dayMs = 86_400_000
/** A certificate renews itself at two thirds of its 90 days: three weeks later people must help. */
const helpNeededMs = (lifetimeMs: number) => Math.min(7 * dayMs, (lifetimeMs * 7) / 90)

type GatewayAlertType = 'devices.certificate-expiring' | 'identity.credential-shared'

/** Tells people of gateways whose credentials are copied or about to run out. */
export function createMachineAlertsService({ db, clock, publisher, gateways, certificates }: MachineAlertsPorts) {
  const tellIn =
    (compoundId: string): RecordContext['publish'] =>
    (event, payload) =>
      publisher.publish(event, compoundId, payload)

  /** Alerts about devices of the compound may have the same type. */
  const about = (compoundId: string, type: GatewayAlertType) => ({ compoundId, type, deviceId: null })

  async function raiseOnce(compoundId: string, type: GatewayAlertType, details: Record<string, unknown>) {
    if ((await repo.unresolvedIds(db, about(compoundId, type))).length > 0) return
    const now = clock.now()
    const severity = type === 'identity.credential-shared' ? 'critical' : 'major'
    const moment = { compoundId, at: now, receivedAt: now, late: false }
    await raise(db, tellIn(compoundId), { ...moment, type, severity, details })
  }

  return {
    async credentialShared(gatewayId: string, facts: AreaEventBody<'identity.credential-shared'>): Promise<void> {
      const compoundId = await gateways.compoundIdOf(gatewayId)
      if (compoundId !== undefined) await raiseOnce(compoundId, 'identity.credential-shared', { gatewayId, ...facts })
    },

    /** To be called every few minutes. */
    async lookForExpiry(): Promise<void> {
      for (const { gateway_id: gatewayId, compound_id: compoundId, ...dates } of await certificates.lastOfEach()) {
        const { issued_at, expires_at: expiresAt } = dates
        const type = 'devices.certificate-expiring'
        const remainingMs = expiresAt - clock.now()
        if (remainingMs <= helpNeededMs(expiresAt - issued_at))
          await raiseOnce(compoundId, type, { gatewayId, expiresAt })
        else await resolveBySystem(db, tellIn(compoundId), { ...about(compoundId, type), at: clock.now() })
      }
    },
  }
}

export type MachineAlertsService = ReturnType<typeof createMachineAlertsService>
