import type {} from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const sessionCookie = 'gatehouse_session'

export const sessionTokenOf = (request: FastifyRequest) => request.cookies[sessionCookie]

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  session: { readonly token: string; readonly expiresAt: number },
) {
  reply.setCookie(sessionCookie, session.token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    expires: new Date(session.expiresAt),
  })
}

export const clearSessionCookie = (reply: FastifyReply) => reply.clearCookie(sessionCookie, { path: '/' })

/** For connections that Fastify does not see. Tokens are base64url, so nothing in them is encoded. */
export const tokenIn = (cookieHeader: string | undefined): string | undefined =>
  /(?:^|;\s*)gatehouse_session=([\w-]{1,128})(?:;|$)/.exec(cookieHeader ?? '')?.[1]
