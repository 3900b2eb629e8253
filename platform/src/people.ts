import type { BaseLogger } from 'pino'
import type { Role } from './contract/index.ts'
import type { Clock } from './core/ports.ts'
import type { Vault } from './core/vault.ts'
import type { Database } from './database/database.ts'
import { createApprovalsService } from './modules/approvals/approvals.service.ts'
import type { ApprovalsPorts } from './modules/approvals/carrying-out.ts'
import { createAccountService } from './modules/identity/account.service.ts'
import { createAttempts } from './modules/identity/attempts.ts'
import { createIdentityService } from './modules/identity/identity.service.ts'
import { powerRules } from './modules/identity/power-rules.ts'
import { createSecondFactor } from './modules/identity/second-factor.ts'
import { createSessionsService } from './modules/identity/sessions.service.ts'
import { createSignInService } from './modules/identity/sign-in.service.ts'
import type { Realtime } from './plugins/realtime.ts'

export interface PeoplePorts {
  readonly db: Database
  readonly clock: Clock
  readonly vault: Vault
  readonly logger: BaseLogger
  readonly timeZone: string
  readonly requireTotp?: readonly Role[] | undefined
  readonly audit: ApprovalsPorts['audit']
  readonly realtime: Pick<Realtime, 'endSession' | 'endPerson' | 'publisher'>
}

/** Who may sign in, what they may do, and what two of them have to agree on. */
export function createPeople(ports: PeoplePorts) {
  const { db, clock, vault, logger, timeZone, audit, realtime, requireTotp = [] } = ports
  const attempts = createAttempts({ db, clock })
  const secondFactor = createSecondFactor({ db, clock, vault })
  const sessions = createSessionsService({ db, clock, onEnded: realtime.endSession })
  const shared = { db, clock, attempts, secondFactor, sessions, requireTotp, onChanged: realtime.endPerson }
  const identity = createIdentityService(shared)
  return {
    sessions,
    identity,
    signIns: createSignInService({ ...shared, timeZone, onEnded: realtime.endSession }),
    account: createAccountService(shared),
    approvals: createApprovalsService({
      ...{ db, clock, vault, logger, audit },
      publishAt: (event, scope, payload) => realtime.publisher.publishAt(event, scope, payload),
      people: () => identity.everybody(),
      rules: powerRules(identity),
    }),
  }
}
