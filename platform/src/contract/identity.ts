import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Instant, noContent } from './primitives.ts'
import { Role, Scope } from './roles.ts'

export const Username = Type.String({ pattern: '^[a-z][a-z0-9.-]{1,31}$' })
export const Password = Type.String({ minLength: 10, maxLength: 200 })

/** A person who may sign in. */
export const User = Type.Object({
  username: Username,
  name: Type.String({ minLength: 1, maxLength: 60 }),
  role: Role,
  scope: Scope,
})
export type User = Static<typeof User>

export const Session = Type.Object({
  user: User,
  expiresAt: Instant,
  /** IANA name of the time zone of the compounds, by which quiet hours are kept. */
  timeZone: Type.Optional(Type.String({ maxLength: 64 })),
})
export type Session = Static<typeof Session>

export const signIn = {
  method: 'POST',
  url: '/api/session',
  summary: 'Sign in; sets the session cookie',
  access: 'public',
  audit: 'change',
  schema: {
    body: Type.Object({ username: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 200 }) }),
    response: { 200: Session },
  },
} as const satisfies Endpoint

export const getSession = {
  method: 'GET',
  url: '/api/session',
  summary: 'Who is signed in',
  access: 'signed-in',
  audit: 'none',
  schema: { response: { 200: Session } },
} as const satisfies Endpoint

export const signOut = {
  method: 'DELETE',
  url: '/api/session',
  summary: 'End the session',
  access: 'signed-in',
  audit: 'change',
  schema: { response: { 204: noContent } },
} as const satisfies Endpoint

export const listUsers = {
  method: 'GET',
  url: '/api/users',
  summary: 'Everybody who may sign in',
  access: ['admin'],
  audit: 'look',
  schema: { response: { 200: Type.Array(User) } },
} as const satisfies Endpoint

export const putUser = {
  method: 'PUT',
  url: '/api/users/:username',
  summary: 'Create a person, or change name, role, scope or password',
  access: ['admin'],
  audit: 'change',
  schema: {
    params: Type.Object({ username: Username }),
    body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 60 }),
      role: Role,
      scope: Scope,
      password: Type.Optional(Password),
    }),
    response: { 200: User },
  },
} as const satisfies Endpoint
