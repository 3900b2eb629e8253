import type { Clock } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import * as repo from './identity.repo.ts'
import { hashRecoveryCode, isTotpCode, newRecoveryCodes, newTotp, stepOf } from './totp.ts'

/** A secret that was copied to another account does not open there. */
const contextOf = (username: string) => `totp:${username}`

export interface SecondFactorPorts {
  readonly db: Database
  readonly clock: Clock
  readonly vault: Vault
}

/** The second factor of accounts: an authenticator, and recovery codes for when it is lost. */
export function createSecondFactor({ db, clock, vault }: SecondFactorPorts) {
  const open = (sealed: string, username: string) => vault.open(sealed, contextOf(username))

  return {
    /** Whether the code is right and was not used before; it is used up by this. */
    async accept(username: string, sealed: string, code: string): Promise<boolean> {
      if (!isTotpCode(code)) return repo.useRecoveryCode(db, username, hashRecoveryCode(code))
      const step = stepOf(open(sealed, username), code, clock.now())
      return step !== undefined && repo.useTotpStep(db, username, step)
    },

    /** A new secret, which counts only after its first code. */
    async begin(username: string) {
      const made = newTotp(username)
      await repo.changeUser(db, username, { totp_pending_sealed: vault.seal(made.secret, contextOf(username)) })
      return made
    },

    /** Answers new recovery codes; nothing when the code does not belong to the secret. */
    async confirm(username: string, pendingSealed: string, code: string): Promise<string[] | undefined> {
      const step = stepOf(open(pendingSealed, username), code, clock.now())
      if (step === undefined) return undefined
      const codes = newRecoveryCodes()
      await db.transaction().execute(async (tx) => {
        await repo.changeUser(tx, username, {
          totp_sealed: pendingSealed,
          totp_pending_sealed: null,
          totp_last_step: step,
        })
        await repo.deleteRecoveryCodes(tx, username)
        await repo.insertRecoveryCodes(tx, username, codes.map(hashRecoveryCode))
      })
      return codes
    },

    remove: (username: string) =>
      db.transaction().execute(async (tx) => {
        await repo.changeUser(tx, username, { totp_sealed: null, totp_pending_sealed: null, totp_last_step: null })
        await repo.deleteRecoveryCodes(tx, username)
      }),
  }
}

export type SecondFactor = ReturnType<typeof createSecondFactor>
