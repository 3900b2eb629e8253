import type { Clock, GatewayIdentity } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import type { GatewayRow } from '../../database/tables.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import * as repo from './machines.repo.ts'

export interface TokensPorts {
  readonly db: Database
  readonly clock: Clock
  readonly vault: Vault
  readonly gateways: GatewaysService
}

const tokenMs = 60 * 60_000
const tokenContext = 'gateway-token'

interface Token {
  readonly gatewayId: string
  readonly issuedAt: number
}

/**
 * What enrolled gateways show over HTTP. A token says for itself whose it is and since when, sealed by the platform:
 * every process of the platform can read it, and nobody else can make one.
 */
export function createTokensService(ports: TokensPorts): Pick<GatewayIdentity, 'token' | 'gatewayOf'> {
  const { db, clock, vault, gateways } = ports

  const mayActFor = async (row: GatewayRow | undefined, issuedAt: number) =>
    row !== undefined &&
    row.enrolled_at !== null &&
    issuedAt >= (row.tokens_from ?? 0) &&
    (await repo.listValid(db, row.id, clock.now())).length > 0

  function readToken(token: string): Token | undefined {
    try {
      return JSON.parse(vault.open(token, tokenContext)) as Token
    } catch {
      return undefined // not ours: whoever made it up is refused like one without a token
    }
  }

  return {
    async token(gatewayId) {
      const issuedAt = clock.now()
      if (!(await mayActFor(await gateways.presenceOf(gatewayId, db), issuedAt))) return undefined
      const token: Token = { gatewayId, issuedAt }
      return { token: vault.seal(JSON.stringify(token), tokenContext), expiresAt: issuedAt + tokenMs }
    },

    async gatewayOf(token) {
      const read = readToken(token)
      if (!read || clock.now() >= read.issuedAt + tokenMs) return undefined
      const row = await gateways.presenceOf(read.gatewayId, db)
      return (await mayActFor(row, read.issuedAt)) ? read.gatewayId : undefined
    },
  }
}
