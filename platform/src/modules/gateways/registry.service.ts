import type { BaseLogger } from 'pino'
import type { Clock, GatewayRegistry, Publisher } from '../../core/ports.ts'
import { secretMatches } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import type { GatewayRow } from '../../database/tables.ts'
import { gatewayNotFound } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DesiredService } from './desired.service.ts'
import * as repo from './gateways.repo.ts'

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

/** What the uplink asks about gateways and tells of them. */
export function createRegistryService(ports: RegistryPorts): GatewayRegistry & { begin(): Promise<void> } {
  const { db, clock, publisher, desired, compounds, logger } = ports

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
      return row !== undefined && secretMatches(secret, row.secret_hash)
    },

    async hello(gatewayId, hello) {
      const before = await require(gatewayId)
      const lostMemory = hello.lastSeq < before.last_seq
      if (lostMemory) logger.warn({ gatewayId, lastSeq: hello.lastSeq }, 'gateway counts anew after losing its store')
      const now = clock.now()
      const row = await update(gatewayId, {
        version: hello.version,
        backlog: hello.backlog,
        clock_offset_ms: hello.clock - now,
        last_seen_at: now,
        ...(lostMemory && { epoch: before.epoch + 1, last_seq: 0 }),
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
