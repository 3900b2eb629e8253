import type { BaseLogger } from 'pino'
import type { User } from './contract/index.ts'
import type { Metrics } from './core/metrics.ts'
import type { AuditEntry, Clock } from './core/ports.ts'
import { startSweeper } from './core/sweeper.ts'
import type { Database } from './database/database.ts'
import { startAnchoring } from './modules/audit/anchoring.ts'
import { openAnchors, readAnchors } from './modules/audit/anchors.ts'
import { createAuditTrail } from './modules/audit/audit-trail.ts'
import { createAuditService } from './modules/audit/audit.service.ts'
import { createSubjects } from './modules/audit/subjects.ts'
import { createVerificationService } from './modules/audit/verification.service.ts'

export interface AuditPorts {
  readonly db: Database
  readonly clock: Clock
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'error' | 'info'>
  /** Where the anchors and their key are. */
  readonly folder: string
}

/** The audit log: how it is written, read and verified. */
export function createAudit({ folder, ...ports }: AuditPorts) {
  const audit = createAuditTrail(ports)
  const auditSubjects = createSubjects(ports.db)

  /** What consoles are told without asking is about people, too. Who stays deaf helps nobody: it goes on in any case. */
  async function onListening(person: User, address: string): Promise<void> {
    const entry = { actor: person.username, action: 'realtime.listen', address, outcome: 'done' } as const
    const call = { action: entry.action, params: {}, query: {}, body: {}, known: new Set<string>(), caller: person }
    const subject = await auditSubjects.of(call, true).catch(() => undefined)
    await audit.keep({ ...entry, ...subject })
  }

  return {
    ...{ audit, auditSubjects, onListening },
    auditLog: createAuditService(ports),
    auditVerification: createVerificationService({ ...ports, readAnchors: () => readAnchors(folder) }),
  }
}

export type Audit = ReturnType<typeof createAudit>

const verifyEveryMs = 6 * 3600_000

const ofPlatform = (action: string): AuditEntry => ({ actor: 'system', action, outcome: 'done' })

/** What the audit log does by itself while the platform runs: anchors, verification, and that the platform ran at all. */
export async function startAudit(
  { audit, auditVerification }: Pick<Audit, 'audit' | 'auditVerification'>,
  ports: Omit<AuditPorts, 'metrics'>,
) {
  await audit.keep(ofPlatform('platform.start'))
  const anchoring = await startAnchoring({ ...ports, anchors: await openAnchors(ports.folder) })
  void auditVerification.run()
  const sweeper = startSweeper({ everyMs: verifyEveryMs, chore: () => auditVerification.run(), logger: ports.logger })
  return {
    isHealthy: async () => audit.isWriting() && anchoring.isWorking() && auditVerification.isWhole(),
    async stop() {
      await sweeper.stop()
      await auditVerification.close()
      await audit.keep(ofPlatform('platform.stop'))
      await audit.close()
      await anchoring.stop()
    },
  }
}
