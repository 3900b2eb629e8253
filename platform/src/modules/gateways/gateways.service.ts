import { covers, type Gateway } from '../../contract/index.ts'
import type { Caller, GatewayLink, Publisher } from '../../core/ports.ts'
import { hashSecret, randomToken } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import { compoundHasGateway, gatewayEnrolled, gatewayNotFound, gatewayTaken } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import * as repo from './gateways.repo.ts'

export interface GatewaysPorts {
  readonly db: Database
  readonly publisher: Publisher
  readonly compounds: CompoundsService
  readonly link: Pick<GatewayLink, 'disconnect'>
}

export interface GatewaySetup {
  readonly gatewayId: string
  readonly compoundId: string
  readonly rotateSecret?: boolean | undefined
}

/** Registering gateways, and what people see of them. */
export function createGatewaysService({ db, publisher, compounds, link }: GatewaysPorts) {
  async function saveSecret({ gatewayId, compoundId }: GatewaySetup, secretHash: string, isKnown: boolean) {
    if (!isKnown) return repo.insertGateway(db, { id: gatewayId, compoundId, secretHash })
    const row = await repo.updateGateway(db, gatewayId, { secret_hash: secretHash })
    if (!row) throw gatewayTaken(gatewayId)
    // Whoever is connected with the old secret may be the one it was changed for.
    link.disconnect?.(gatewayId)
    return row
  }

  return {
    list: (caller: Caller): Promise<Gateway[]> => repo.listGateways(db, caller.scope),

    async put(caller: Caller, setup: GatewaySetup): Promise<{ gateway: Gateway; secret?: string }> {
      const { gatewayId, compoundId } = setup
      await compounds.get(caller, compoundId)
      const before = await repo.findGateway(db, gatewayId)
      if (before && before.compound_id !== compoundId) throw gatewayTaken(gatewayId)
      if (before && !setup.rotateSecret) return { gateway: repo.toGateway(before) }
      if (before && before.enrolled_at !== null) throw gatewayEnrolled(gatewayId)
      const other = await repo.findGatewayOfCompound(db, compoundId)
      if (other && other.id !== gatewayId) throw compoundHasGateway(other.id)

      const secret = randomToken()
      const row = await saveSecret(setup, hashSecret(secret), before !== undefined)
      const gateway = repo.toGateway(row)
      publisher.publish('gateway:changed', compoundId, gateway)
      return { gateway, secret }
    },

    /** Refuses, as if it did not exist, a gateway outside the caller's area. */
    async requireOwn(caller: Caller, gatewayId: string): Promise<void> {
      const row = await repo.findGateway(db, gatewayId)
      const compound = row && (await compounds.find(row.compound_id))
      if (!compound || !covers(caller.scope, compound.path)) throw gatewayNotFound(gatewayId)
    },

    /** From now on it signs in with certificates. */
    async enrolled(tx: Database, gatewayId: string, now: number): Promise<Gateway> {
      const row = await repo.updateGateway(tx, gatewayId, { enrolled_at: now, tokens_from: now })
      if (!row) throw gatewayNotFound(gatewayId)
      return repo.toGateway(row)
    },

    /** Others who lock it wait until this transaction has ended. */
    lock: (tx: Database, gatewayId: string) => repo.lockGateway(tx, gatewayId),

    /** Tokens issued until now are void. */
    async endTokens(tx: Database, gatewayId: string, now: number): Promise<void> {
      await repo.updateGateway(tx, gatewayId, { tokens_from: now + 1 })
    },

    /** The gateway of a compound, whether it is connected or not. */
    async idOf(compoundId: string): Promise<string | undefined> {
      return (await repo.findGatewayOfCompound(db, compoundId))?.id
    },

    presenceOf: (gatewayId: string, tx: Database) => repo.findGateway(tx, gatewayId),

    /** Gateways that have been away since before `since`. */
    absentSince: (since: number) => repo.listAbsent(db, since),

    async compoundIdOf(gatewayId: string): Promise<string | undefined> {
      return (await repo.findGateway(db, gatewayId))?.compound_id
    },
  }
}

export type GatewaysService = ReturnType<typeof createGatewaysService>
