import { putUser, resetTotp, type InputOf, type User, type UserEntry } from '../../contract/index.ts'
import { commonScope, secondPersonRule } from '../../core/second-person.ts'
import { powerNeedsReason } from '../../errors.ts'
import type { IdentityService } from './identity.service.ts'
import type { UserChange } from './user-checks.ts'

type PutUser = InputOf<typeof putUser>

export function splitPutUser({ params, body }: PutUser): { readonly user: User; readonly change: UserChange } {
  const { name, role, scope, password, temporaryPassword, disabled } = body
  return { user: { username: params.username, name, role, scope }, change: { password, temporaryPassword, disabled } }
}

/** What would change, apart from the name, which gives nobody power. */
function changesOf(before: UserEntry | undefined, user: User, { password, disabled }: UserChange): string[] {
  if (!before) return ['new']
  return [
    ...(before.role === user.role ? [] : ['role']),
    ...(before.scope === user.scope ? [] : ['scope']),
    ...(password === undefined ? [] : ['password']),
    ...(disabled === undefined || disabled === before.disabled ? [] : [disabled ? 'disable' : 'enable']),
  ]
}

/** What changes who holds the power of an administrator: nobody does that alone, if there is anybody else. */
export const powerRules = (identity: IdentityService) => [
  secondPersonRule<typeof putUser>({
    action: 'putUser',
    endpoint: putUser,
    async needs(caller, input) {
      const { user, change } = splitPutUser(input)
      const before = (await identity.changeable(caller, user, change))?.entry
      const changes = changesOf(before, user, change)
      if ((before?.role !== 'admin' && user.role !== 'admin') || changes.length === 0) return undefined
      const { reason } = input.body
      if (reason === undefined) throw powerNeedsReason()
      return {
        target: user.username,
        scope: before ? commonScope(before.scope, user.scope) : user.scope,
        reason,
        facts: { name: user.name, role: user.role, scope: user.scope, changes: changes.join(' ') },
      }
    },
    run(caller, input) {
      const { user, change } = splitPutUser(input)
      return identity.put(caller, user, change)
    },
  }),
  secondPersonRule<typeof resetTotp>({
    action: 'resetTotp',
    endpoint: resetTotp,
    async needs(caller, { params, body }) {
      const { user } = await identity.resettable(caller, params.username)
      const { name, role, scope } = user
      return { target: user.username, scope, reason: body.reason, facts: { name, role, scope } }
    },
    run: (caller, { params }) => identity.resetTotp(caller, params.username),
  }),
]
