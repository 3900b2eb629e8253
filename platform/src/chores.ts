import type { BaseLogger } from 'pino'
import { startSweeper } from './core/sweeper.ts'
import type { Services } from './services.ts'

/** What the platform does by itself, again and again. */
export function startChores(services: Services, logger: Pick<BaseLogger, 'error'>) {
  const {
    readings,
    commands,
    parking,
    laneCalls,
    absences,
    realtime,
    signIns,
    identity,
    approvals,
    enrolments,
    machineAlerts,
  } = services
  const start = (everyMs: number, chore: () => Promise<void>) => startSweeper({ everyMs, chore, logger })
  const sweepers = [
    // Consoles see a value change at once and yet get a bearable number of messages.
    start(200, () => readings.flush()),
    start(1000, () => commands.expire()),
    start(1000, () => parking.flush()),
    start(1000, () => laneCalls.tick()),
    start(1000, () => services.payments.tick()),
    start(5000, () => readings.persist()),
    start(5000, () => absences.lookForAbsences()),
    start(10_000, () => services.continuity.flush()),
    start(60_000, () => services.continuity.check()),
    start(15_000, () => realtime.sweep(signIns)),
    start(60_000, () => identity.forgetExpired()),
    start(15_000, () => approvals.expireDue()),
    start(60_000, () => enrolments.forgetExpired()),
    start(60_000, () => machineAlerts.lookForExpiry()),
  ]
  return {
    async stop() {
      await Promise.all(sweepers.map((sweeper) => sweeper.stop()))
      await readings.flush()
      await readings.persist()
    },
  }
}
