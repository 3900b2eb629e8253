import type { BaseLogger } from 'pino'
import { startSweeper } from '../../core/sweeper.ts'
import type { Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { AnchorFile } from './anchors.ts'
import { tailOf } from './audit.repo.ts'

export interface AnchoringPorts {
  readonly db: Database
  readonly clock: Clock
  readonly anchors: AnchorFile
  readonly logger: Pick<BaseLogger, 'error' | 'info'>
}

/** An entry that is cut off within its first minute leaves no trace but in the log of the platform. */
const everyMs = 60_000

/** Writes down, outside the database, how far the chain goes: when it begins, every minute with news, at the end. */
export async function startAnchoring({ db, clock, anchors, logger }: AnchoringPorts) {
  let works = true
  async function anchor() {
    const { number, hash } = await tailOf(db)
    if (number <= (anchors.last()?.number ?? 0)) return
    await anchors.append({ number, hash, at: clock.now() })
  }
  async function attempt() {
    works = await anchor().then(
      () => true,
      (error: unknown) => {
        if (works) logger.error({ err: error }, 'audit anchors cannot be written')
        return false
      },
    )
  }
  /** Logs go to another place than the data: what they say of the chain is one more witness. */
  async function tell() {
    await attempt()
    const { number, hash } = anchors.last() ?? { number: 0, hash: '' }
    logger.info({ number, hash }, 'audit log anchored')
  }

  await tell()
  const sweeper = startSweeper({ everyMs, chore: attempt, logger })
  return {
    isWorking: () => works,
    async stop() {
      await sweeper.stop()
      await tell()
    },
  }
}
