import {
  enclosingScopes,
  getMedia,
  listGateways,
  type EndpointAccess,
  type Scope,
  type ServerEvents,
  type User,
} from '../contract/index.ts'

/** Who may not ask for something is not told of it either. */
const eventAccess: Readonly<Partial<Record<keyof ServerEvents, EndpointAccess>>> = {
  'gateway:changed': listGateways.access,
  'media:stored': getMedia.access,
}

export function roomsFor(event: keyof ServerEvents, path: Scope): string[] {
  const access = eventAccess[event]
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
