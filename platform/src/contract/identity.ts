import { Type, type Static } from 'typebox'
import { SecondPersonAsked, type Endpoint } from './endpoint.ts'
import { Instant, noContent } from './primitives.ts'
import { Role, Scope } from './roles.ts'

export const Username = Type.String({ pattern: '^[a-z][a-z0-9.-]{1,31}$' })
export const Password = Type.String({ minLength: 10, maxLength: 200 })
/** Why somebody asks for something that others will have to answer for. */
export const Reason = Type.String({ minLength: 1, maxLength: 300, pattern: '\\S' })
/** Six digits of an authenticator, or a recovery code. */
export const TotpCode = Type.String({ minLength: 6, maxLength: 32 })
const SessionId = Type.String({ pattern: '^[0-9a-z-]{1,64}$' })

/** A person who may sign in. */
export const User = Type.Object({
  username: Username,
  name: Type.String({ minLength: 1, maxLength: 60 }),
  role: Role,
  scope: Scope,
})
export type User = Static<typeof User>

/** A person as administrators see them. */
export const UserEntry = Type.Object({
  ...User.properties,
  /** May not sign in; what they did stays on record under their name. */
  disabled: Type.Boolean(),
  /** The password was set by somebody else and has to be changed first. */
  temporaryPassword: Type.Boolean(),
  totp: Type.Boolean(),
  lastSignInAt: Type.Optional(Instant),
  /** Nobody else could have agreed: the change was made by one person alone, and is marked so. */
  alone: Type.Optional(Type.Boolean()),
})
export type UserEntry = Static<typeof UserEntry>

/** What somebody has to do before anything else is allowed. */
export const Duty = Type.Enum(['change-password', 'enrol-totp'])
export type Duty = Static<typeof Duty>

export const Session = Type.Object({
  user: User,
  expiresAt: Instant,
  /** IANA name of the time zone of the compounds, by which quiet hours are kept. */
  timeZone: Type.Optional(Type.String({ maxLength: 64 })),
  duty: Type.Optional(Duty),
})
export type Session = Static<typeof Session>

/** A session as its owner or an administrator sees it. */
export const SessionEntry = Type.Object({
  id: SessionId,
  address: Type.String({ maxLength: 64 }),
  /** What the browser says of itself. */
  userAgent: Type.String({ maxLength: 300 }),
  startedAt: Instant,
  lastUsedAt: Instant,
  expiresAt: Instant,
  /** The session that asks. */
  current: Type.Boolean(),
})
export type SessionEntry = Static<typeof SessionEntry>

export const signIn = {
  method: 'POST',
  url: '/api/session',
  summary: 'Sign in; sets the session cookie. TOTP_REQUIRED asks to send the same again with a code',
  access: 'public',
  audit: 'change',
  schema: {
    body: Type.Object({
      username: Type.String({ maxLength: 64 }),
      password: Type.String({ maxLength: 200 }),
      totp: Type.Optional(TotpCode),
    }),
    response: { 200: Session },
  },
} as const satisfies Endpoint

export const getSession = {
  method: 'GET',
  url: '/api/session',
  summary: 'Who is signed in',
  access: 'signed-in',
  audit: 'none',
  evenWith: ['change-password', 'enrol-totp'],
  schema: { response: { 200: Session } },
} as const satisfies Endpoint

export const signOut = {
  method: 'DELETE',
  url: '/api/session',
  summary: 'End the session',
  access: 'signed-in',
  audit: 'change',
  evenWith: ['change-password', 'enrol-totp'],
  schema: { response: { 204: noContent } },
} as const satisfies Endpoint

export const listUsers = {
  method: 'GET',
  url: '/api/users',
  summary: 'Everybody who may sign in',
  access: ['admin'],
  audit: 'look',
  schema: { response: { 200: Type.Array(UserEntry) } },
} as const satisfies Endpoint

export const putUser = {
  method: 'PUT',
  url: '/api/users/:username',
  summary:
    'Create a person, or change name, role, scope, password or whether they may sign in. ' +
    'What gives or takes the power of an administrator needs a reason and a second person',
  access: ['admin'],
  audit: 'change',
  secondPerson: true,
  schema: {
    params: Type.Object({ username: Username }),
    body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 60 }),
      role: Role,
      scope: Scope,
      password: Type.Optional(Password),
      /** Whether the person has to change the password at the first sign-in. */
      temporaryPassword: Type.Optional(Type.Boolean({ default: true })),
      disabled: Type.Optional(Type.Boolean()),
      reason: Type.Optional(Reason),
    }),
    response: { 200: UserEntry, 202: SecondPersonAsked },
  },
} as const satisfies Endpoint

export const resetTotp = {
  method: 'POST',
  url: '/api/users/:username/totp-reset',
  summary: 'Switch off the second factor of somebody who lost it; needs a second person',
  access: ['admin'],
  audit: 'change',
  secondPerson: true,
  schema: {
    params: Type.Object({ username: Username }),
    body: Type.Object({ reason: Reason }),
    response: { 200: UserEntry, 202: SecondPersonAsked },
  },
} as const satisfies Endpoint

export const listUserSessions = {
  method: 'GET',
  url: '/api/users/:username/sessions',
  summary: 'Where a person is signed in',
  access: ['admin'],
  audit: 'look',
  schema: { params: Type.Object({ username: Username }), response: { 200: Type.Array(SessionEntry) } },
} as const satisfies Endpoint

export const endUserSessions = {
  method: 'DELETE',
  url: '/api/users/:username/sessions',
  summary: 'Sign a person out everywhere',
  access: ['admin'],
  audit: 'change',
  schema: { params: Type.Object({ username: Username }), response: { 204: noContent } },
} as const satisfies Endpoint

export const endUserSession = {
  method: 'DELETE',
  url: '/api/users/:username/sessions/:sessionId',
  summary: 'Sign a person out at one place',
  access: ['admin'],
  audit: 'change',
  schema: { params: Type.Object({ username: Username, sessionId: SessionId }), response: { 204: noContent } },
} as const satisfies Endpoint
