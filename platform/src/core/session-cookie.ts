import type {} from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const sessionCookie = 'gatehouse_session'
const deviceCookie = 'gatehouse_device'
const tokenPattern = /^[\w-]{1,128}$/

export const sessionTokenOf = (request: FastifyRequest) => request.cookies[sessionCookie]

/** Of a browser in which somebody has signed in before. */
export function deviceTokenOf(request: FastifyRequest): string | undefined {
  const token = request.cookies[deviceCookie] ?? ''
  return tokenPattern.test(token) ? token : undefined
}

interface Kept {
  readonly token: string
  readonly until: number
}

const options = (request: FastifyRequest, until: number) =>
  ({
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    expires: new Date(until),
  }) as const

/** `until` is the longest that the session can last: its idle time is judged here, not by the browser. */
export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, { token, until }: Kept) =>
  reply.setCookie(sessionCookie, token, options(request, until))

export const setDeviceCookie = (request: FastifyRequest, reply: FastifyReply, { token, until }: Kept) =>
  reply.setCookie(deviceCookie, token, { ...options(request, until), path: '/api/session' })

export const clearSessionCookie = (reply: FastifyReply) => reply.clearCookie(sessionCookie, { path: '/' })

/** For connections that Fastify does not see. Tokens are base64url, so nothing in them is encoded. */
export const tokenIn = (cookieHeader: string | undefined): string | undefined =>
  /(?:^|;\s*)gatehouse_session=([\w-]{1,128})(?:;|$)/.exec(cookieHeader ?? '')?.[1]
