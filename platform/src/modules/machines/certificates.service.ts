import type { BaseLogger } from 'pino'
import type { GatewayCertificate } from '../../contract/index.ts'
import type { Caller, Clock, GatewayIdentity, GatewayLink } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { certificateNotFound } from '../../errors.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import type { MachineAuthority } from './certificate-authority.ts'
import * as repo from './machines.repo.ts'

export interface CertificatesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly authority: MachineAuthority
  readonly gateways: GatewaysService
  readonly link: Pick<GatewayLink, 'disconnect'>
  readonly logger: Pick<BaseLogger, 'warn'>
}

export interface CertificatesService extends Pick<GatewayIdentity, 'judge'> {
  list(caller: Caller, gatewayId: string): Promise<GatewayCertificate[]>
  revoke(
    caller: Caller,
    wanted: { readonly gatewayId: string; readonly serial: string; readonly reason: string },
  ): Promise<GatewayCertificate>
  /** Signed, PEM. */
  revocationList(): Promise<string>
  /** The certificate with which each gateway's time will run out. */
  lastOfEach(): Promise<Awaited<ReturnType<typeof repo.listUnrevoked>>>
}

/** Brokers that check the list fetch it daily. */
const listMs = 7 * 86_400_000

/** The certificates of gateways: which counts, and the end of those that must not. */
export function createCertificatesService(ports: CertificatesPorts): CertificatesService {
  const { db, clock, authority, gateways, link, logger } = ports

  return {
    /** The first use of a new certificate ends the old. */
    async judge(gatewayId, serial) {
      const now = clock.now()
      const shown = await repo.findCertificate(db, gatewayId, serial)
      const state = shown && repo.toCertificate(shown, now).state
      if (!shown || state !== 'valid') return state === 'superseded' ? 'superseded' : 'refused'
      await repo.supersede(db, shown, now)
      return 'valid'
    },

    async list(caller, gatewayId) {
      await gateways.requireOwn(caller, gatewayId)
      const rows = await repo.listCertificates(db, gatewayId)
      return rows.map((row) => repo.toCertificate(row, clock.now()))
    },

    async revoke(caller, { gatewayId, serial, reason }) {
      await gateways.requireOwn(caller, gatewayId)
      const now = clock.now()
      const before = await repo.findCertificate(db, gatewayId, serial)
      if (!before) throw certificateNotFound(serial)
      await db.transaction().execute(async (tx) => {
        // First, so that a renewal that is under way is seen by what follows or sees it.
        await gateways.endTokens(tx, gatewayId, now)
        // Who holds it may have renewed it: what came of it is no better.
        await repo.revokeSince(tx, before, { at: now, by: caller.username, reason })
      })
      link.disconnect?.(gatewayId)
      logger.warn({ gatewayId, serial }, 'gateway certificate revoked')
      return repo.toCertificate((await repo.findCertificate(db, gatewayId, serial)) ?? before, now)
    },

    async revocationList() {
      const rows = await repo.listRefused(db, clock.now())
      return authority.revocationList(
        rows.map(({ serial, revoked_at, superseded_at }) => ({
          serial,
          revokedAt: revoked_at ?? superseded_at ?? clock.now(),
        })),
        listMs,
      )
    },

    async lastOfEach() {
      const rows = await repo.listUnrevoked(db)
      return [...Map.groupBy(rows, ({ gateway_id }) => gateway_id).values()].flatMap(([newest]) =>
        newest ? [newest] : [],
      )
    },
  }
}
