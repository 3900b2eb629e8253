import type { BaseLogger } from 'pino'
import type { Clock, GatewayHello, GatewayRegistry, Publisher } from '../../core/ports.ts'
import { secretMatches } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import type { GatewayRow } from '../../database/tables.ts'
import { gatewayNotFound } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DesiredService } from './desired.service.ts'
import * as repo from './gateways.repo.ts'
import { followOutbox } from './outbox-history.ts'

export interface RegistryPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly desired: DesiredService
  readonly compounds: CompoundsService
  readonly logger: Pick<BaseLogger, 'info' | 'warn'>
  /** Called in order, after the state is stored. */
  readonly onOnlineChanged: (gatewayId: string, compoundId: string, online: boolean) => Promise<void>
}

/** What changes about the numbers of a gateway that says hello; records that keep their meaning go along. */
const createFollowing =
  ({ db, logger }: Pick<RegistryPorts, 'db' | 'logger'>) =>
  async (before: GatewayRow, hello: GatewayHello): Promise<Partial<GatewayRow>> => {
    const { epoch_start, outbox_id } = before
    const highestSeq = await repo.highestSeq(db, before)
    const { known, carriedUntil } = followOutbox(
      { epoch: before.epoch, epoch_start, last_seq: before.last_seq, outbox_id, highestSeq },
      hello,
    )
    if (known.epoch === before.epoch) return { outbox_id: known.outbox_id }
    const { id: gatewayId, epoch, last_seq: lastSeq } = before
    const numbers = { lastSeq, sharedSeq: known.epoch_start }
    logger.warn({ gatewayId, ...numbers }, 'gateway counts anew after damage or with a restored state')
    await repo.carryRecords(db, { gatewayId, epoch, above: lastSeq, until: carriedUntil })
    return known
  }

/** What the uplink asks about gateways and tells of them. */
export function createRegistryService(ports: RegistryPorts): GatewayRegistry & { begin(): Promise<void> } {
  const { db, clock, publisher, desired, compounds, logger } = ports
  const follow = createFollowing(ports)

  async function update(gatewayId: string, values: Partial<Omit<GatewayRow, 'id'>>) {
    const row = await repo.updateGateway(db, gatewayId, values)
    if (!row) throw gatewayNotFound(gatewayId)
    publisher.publish('gateway:changed', row.compound_id, repo.toGateway(row))
    return row
  }

  async function require(gatewayId: string) {
    const row = await repo.findGateway(db, gatewayId)
    if (!row) throw gatewayNotFound(gatewayId)
    return row
  }

  return {
    async begin() {
      await repo.markAllOffline(db, clock.now())
    },

    async authenticate(gatewayId, secret) {
      const row = await repo.findGateway(db, gatewayId)
      return row?.enrolled_at === null && secretMatches(secret, row.secret_hash)
    },

    async hello(gatewayId, hello) {
      const before = await require(gatewayId)
      const numbers = await follow(before, hello)
      const now = clock.now()
      const row = await update(gatewayId, {
        version: hello.version,
        backlog: hello.backlog,
        clock_offset_ms: hello.clock - now,
        last_seen_at: now,
        ...numbers,
      })
      return { seq: row.last_seq, desired: await desired.missing(row.compound_id, hello.revisions) }
    },

    async seen(gatewayId, { backlog, clock: gatewayClock }) {
      const now = clock.now()
      await update(gatewayId, { backlog, clock_offset_ms: gatewayClock - now, last_seen_at: now })
    },

    async setOnline(gatewayId, online) {
      const before = await require(gatewayId)
      if ((before.online === 1) === online) return
      const now = clock.now()
      await update(gatewayId, {
        online: online ? 1 : 0,
        online_changed_at: now,
        ...(online ? { last_seen_at: now } : { outage_from: now }),
      })
      logger.info({ gatewayId, online }, 'gateway connection changed')
      await ports.onOnlineChanged(gatewayId, before.compound_id, online)
    },

    async compoundOf(gatewayId) {
      const row = await repo.findGateway(db, gatewayId)
      return row && compounds.find(row.compound_id)
    },
  }
}

export type RegistryService = ReturnType<typeof createRegistryService>
