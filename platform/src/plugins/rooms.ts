import { enclosingScopes, serverEventAccess, type Scope, type ServerEvents, type User } from '../contract/index.ts'

/** The rooms of everybody who may hear an event about the place. */
export function roomsFor(event: keyof ServerEvents, path: Scope): string[] {
  const access = serverEventAccess[event]
  const scopes = enclosingScopes(path)
  if (typeof access !== 'object') return scopes.map((scope) => `scope:${scope}`)
  return access.flatMap((role) => scopes.map((scope) => `role:${role}:scope:${scope}`))
}

/** The rooms of somebody who connects. */
export const roomsOf = ({ username, role, scope }: User, tokenHash: string): string[] => [
  `scope:${scope}`,
  `role:${role}:scope:${scope}`,
  personRoom(username),
  sessionRoom(tokenHash),
]

export const personRoom = (username: string) => `person:${username}`
export const sessionRoom = (tokenHash: string) => `session:${tokenHash}`
