import type { InputOf, putUser, Role, UserEntry } from '@gatehouse/platform/contract'

export interface PersonInput {
  username: string
  name: string
  role: Role
  scope: string
  setPassword: boolean
  reason: string
}
type PutBody = InputOf<typeof putUser>['body']

export const inputOf = (person: UserEntry | undefined, scope: string): PersonInput => ({
  username: person?.username ?? '',
  name: person?.name ?? '',
  role: person?.role ?? 'guard',
  scope: person?.scope ?? scope,
  setPassword: person === undefined,
  reason: '',
})

/** Whether the power of an administrator changes hands: then there must be a reason, and mostly a second person. */
export function needsReason(person: UserEntry | undefined, { role, scope, setPassword }: PersonInput): boolean {
  if (person?.role !== 'admin' && role !== 'admin') return false
  return setPassword || person?.role !== role || person.scope !== scope
}

export const bodyOf = ({ name, role, scope, reason }: PersonInput, password: string | undefined): PutBody => ({
  name: name.trim(),
  role,
  scope: scope.trim(),
  ...(password !== undefined && { password }),
  ...(reason.trim() !== '' && { reason: reason.trim() }),
})

export function matchesPerson(person: UserEntry, { search, role }: { search: string; role: string }): boolean {
  if (role !== '' && person.role !== role) return false
  const wanted = search.trim().toLowerCase()
  return [person.username, person.name, person.scope].some((text) => text.toLowerCase().includes(wanted))
}
