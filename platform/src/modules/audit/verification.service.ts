import type { BaseLogger } from 'pino'
import { Gauge } from 'prom-client'
import type { AuditVerification } from '../../contract/index.ts'
import type { Metrics } from '../../core/metrics.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import { verifyDatabase, type VerifyPorts } from './verify-database.ts'

export interface VerificationPorts extends Omit<VerifyPorts, 'onDay'> {
  readonly clock: Clock
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'error' | 'info'>
}

type Result = NonNullable<AuditVerification['last']>

/** Of entries outside their scope people learn that there is something wrong, not what was done. */
const withoutEntries = (result: Result): Result => ({
  ...result,
  problems: result.problems.map(({ what, day, number, message }) => ({ what, day, number, message })),
})

/** Verifies the chain when asked to, one run at a time, and remembers the result. */
export function createVerificationService({ clock, metrics, logger, ...ports }: VerificationPorts) {
  let running: Promise<void> | undefined
  let last: Result | undefined
  new Gauge({
    name: 'gatehouse_audit_chain_problems',
    help: 'What the last verification of the audit log found wrong',
    registers: [metrics.registry],
    collect() {
      this.set(last?.problems.length ?? 0)
    },
  })

  async function verify() {
    const at = clock.now()
    const report = await verifyDatabase(ports)
    last = { at, ...report, problems: [...report.problems] }
    const { entries, problems } = report
    const [first] = problems
    if (first)
      logger.error({ what: first.what, number: first.number, problems: problems.length }, 'audit log is not whole')
    else logger.info({ entries }, 'audit log verified')
  }

  function run(): Promise<void> {
    running ??= verify()
      .catch((error: unknown) => logger.error({ err: error }, 'audit log could not be verified'))
      .finally(() => {
        running = undefined
      })
    return running
  }

  const state = ({ scope }: Caller): AuditVerification => ({
    running: running !== undefined,
    ...(last && { last: scope === '' ? last : withoutEntries(last) }),
  })

  return {
    state,
    run,
    /** Begins a run, or joins the one that is under way. */
    start(caller: Caller): AuditVerification {
      void run()
      return state(caller)
    },
    isWhole: () => (last?.problems.length ?? 0) === 0,
    /** Resolves when nothing runs any more. */
    close: async () => running,
  }
}

export type VerificationService = ReturnType<typeof createVerificationService>
