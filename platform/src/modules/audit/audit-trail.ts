import type { BaseLogger } from 'pino'
import { Gauge } from 'prom-client'
import type { Metrics } from '../../core/metrics.ts'
import type { AuditEntry, AuditTrail, Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { auditUnavailable } from '../../errors.ts'
import { createAppendQueue } from './append-queue.ts'
import { appendEntries } from './audit.repo.ts'
import { cleaned } from './clean.ts'

export interface AuditTrailPorts {
  readonly db: Database
  readonly clock: Clock
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'error' | 'info'>
}

export interface KeepingTrail extends AuditTrail {
  /**
   * For what must happen whether or not it can be written down, and for what has happened already: resolves when the
   * entry is durable, or at the latest after a moment. An entry that could not be written is held and written later.
   */
  keep(entry: AuditEntry): Promise<void>
  /** Whether everything so far is on disk. */
  isWriting(): boolean
  /** Writes what is still held, as far as possible. */
  close(): Promise<void>
}

/** Nobody waits longer for the log. */
const patienceMs = 5000

function settleWithin(promise: Promise<void>, onLate: () => Error | undefined): Promise<void> {
  const settled = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => {
    const error = onLate()
    if (error) settled.reject(error)
    else settled.resolve(undefined)
  }, patienceMs)
  return Promise.race([promise, settled.promise]).finally(() => clearTimeout(timer))
}

/** The audit log as it is written: each entry linked to the one before, durable before anybody is answered. */
export function createAuditTrail({ db, clock, metrics, logger }: AuditTrailPorts): KeepingTrail {
  const entryAt = (entry: AuditEntry) => cleaned(entry, clock.now())
  const queue = createAppendQueue({
    write: (entries) => appendEntries(db, entries),
    lostEntry: (entries) => entryAt({ actor: 'system', action: 'audit.lost', outcome: 'failed', details: { entries } }),
    logger,
  })
  new Gauge({
    name: 'gatehouse_audit_waiting',
    help: 'Audit entries that are not on disk yet',
    registers: [metrics.registry],
    collect() {
      this.set(queue.size())
    },
  })

  return {
    append: (entry) => settleWithin(queue.add(entryAt(entry), false), auditUnavailable),
    async keep(entry) {
      const written = queue.add(entryAt(entry), true)
      if (!queue.isFailing()) await settleWithin(written, () => undefined)
    },
    isWriting: () => !queue.isFailing(),
    async close() {
      const entries = await queue.close()
      if (entries > 0) logger.error({ entries }, 'audit entries could not be written before the end')
    },
  }
}
