import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Password, SessionEntry, TotpCode, User } from './identity.ts'
import { noContent } from './primitives.ts'

const GivenPassword = Type.String({ minLength: 1, maxLength: 200 })

/** What a person may know and change of their own account. */
export const Account = Type.Object({
  user: User,
  totp: Type.Boolean(),
  /** The role asks for a second factor. */
  totpRequired: Type.Boolean(),
  recoveryCodesLeft: Type.Integer({ minimum: 0 }),
})
export type Account = Static<typeof Account>

export const getAccount = {
  method: 'GET',
  url: '/api/account',
  summary: 'Your own account',
  access: 'signed-in',
  audit: 'none',
  evenWith: ['change-password', 'enrol-totp'],
  schema: { response: { 200: Account } },
} as const satisfies Endpoint

export const changePassword = {
  method: 'PUT',
  url: '/api/account/password',
  summary: 'Change your own password; ends your other sessions',
  access: 'signed-in',
  audit: 'change',
  evenWith: ['change-password'],
  schema: {
    body: Type.Object({ oldPassword: GivenPassword, newPassword: Password }),
    response: { 204: noContent },
  },
} as const satisfies Endpoint

export const beginTotp = {
  method: 'POST',
  url: '/api/account/totp',
  summary: 'Begin to set up a second factor: the secret for your authenticator',
  access: 'signed-in',
  audit: 'change',
  evenWith: ['enrol-totp'],
  schema: {
    body: Type.Object({ password: GivenPassword }),
    response: {
      201: Type.Object({
        /** `otpauth://` address, to be shown as a QR code. */
        uri: Type.String({ maxLength: 500 }),
        /** The same secret to type in, base32. */
        secret: Type.String({ maxLength: 64 }),
      }),
    },
  },
} as const satisfies Endpoint

export const confirmTotp = {
  method: 'POST',
  url: '/api/account/totp/confirmation',
  summary: 'Switch the second factor on with its first code; answers the recovery codes, which are never shown again',
  access: 'signed-in',
  audit: 'change',
  evenWith: ['enrol-totp'],
  schema: {
    body: Type.Object({ code: TotpCode }),
    response: { 201: Type.Object({ recoveryCodes: Type.Array(Type.String({ maxLength: 32 }), { maxItems: 10 }) }) },
  },
} as const satisfies Endpoint

export const removeTotp = {
  method: 'POST',
  url: '/api/account/totp/removal',
  summary: 'Switch off your second factor',
  access: 'signed-in',
  audit: 'change',
  schema: {
    body: Type.Object({ password: GivenPassword, code: TotpCode }),
    response: { 204: noContent },
  },
} as const satisfies Endpoint

export const listOwnSessions = {
  method: 'GET',
  url: '/api/account/sessions',
  summary: 'Where you are signed in',
  access: 'signed-in',
  audit: 'none',
  schema: { response: { 200: Type.Array(SessionEntry) } },
} as const satisfies Endpoint

export const endOtherSessions = {
  method: 'DELETE',
  url: '/api/account/sessions',
  summary: 'Sign yourself out everywhere else',
  access: 'signed-in',
  audit: 'change',
  schema: { response: { 204: noContent } },
} as const satisfies Endpoint

export const endOwnSession = {
  method: 'DELETE',
  url: '/api/account/sessions/:sessionId',
  summary: 'Sign yourself out at one place',
  access: 'signed-in',
  audit: 'change',
  schema: {
    params: Type.Object({ sessionId: SessionEntry.properties.id }),
    response: { 204: noContent },
  },
} as const satisfies Endpoint
