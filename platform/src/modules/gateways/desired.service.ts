import type { BaseLogger } from 'pino'
import type { DesiredArea, DesiredBody } from '../../contract/index.ts'
import type { Clock, DesiredRevision, GatewayLink } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import * as repo from './desired.repo.ts'

/** Composes what a gateway of a compound must know of each area, from the tables as they are now. */
export type DesiredSources = {
  readonly [A in DesiredArea]: (db: Database, compoundId: string) => Promise<DesiredBody<A>>
}

export interface DesiredPorts {
  readonly db: Database
  readonly clock: Clock
  readonly link: GatewayLink
  readonly sources: DesiredSources
  readonly logger: Pick<BaseLogger, 'warn'>
  readonly gatewayOf: (compoundId: string) => Promise<string | undefined>
}

export function createDesiredService({ db, clock, link, sources, logger, gatewayOf }: DesiredPorts) {
  const areas = Object.keys(sources) as DesiredArea[]

  // The number is read before the body: a body that is already newer comes once more, an older one never stays.
  async function compose(compoundId: string, area: DesiredArea): Promise<DesiredRevision> {
    const revision = (await repo.revisionsOf(db, compoundId)).get(area) ?? 1
    return { area, revision, body: await sources[area](db, compoundId) }
  }

  async function push(compoundId: string, area: DesiredArea): Promise<void> {
    const gatewayId = await gatewayOf(compoundId)
    if (gatewayId === undefined || !link.isOnline(gatewayId)) return
    await link.send(gatewayId, { type: 'desired', ...(await compose(compoundId, area)) })
  }

  const handle: RecordHandler = async (record, context) => {
    if (record.type !== 'devices.desired-applied') return
    const { area, revision, failed } = record.body
    await repo.saveApplied(context.db, { compoundId: context.compoundId, area, revision, failed, at: record.at })
  }

  return {
    handle,

    /**
     * Writes what an area wants and numbers it in one transaction, then tells the gateway; one that is away asks
     * for it when it is back. Answers the new revision.
     */
    async change(compoundId: string, area: DesiredArea, write: (tx: Database) => Promise<unknown>): Promise<number> {
      const revision = await db.transaction().execute(async (tx) => {
        await write(tx)
        return repo.nextRevision(tx, { compoundId, area, now: clock.now() })
      })
      push(compoundId, area).catch((error: unknown) => {
        logger.warn({ err: error, compoundId, area }, 'desired state not delivered')
      })
      return revision
    },

    /** What a gateway with these revisions does not have yet. */
    async missing(compoundId: string, known: Readonly<Record<string, number>>): Promise<DesiredRevision[]> {
      await repo.ensureRevisions(db, { compoundId, areas, now: clock.now() })
      const wanted = await repo.revisionsOf(db, compoundId)
      const stale = areas.filter((area) => wanted.get(area) !== known[area])
      return Promise.all(stale.map((area) => compose(compoundId, area)))
    },
  }
}

export type DesiredService = ReturnType<typeof createDesiredService>
