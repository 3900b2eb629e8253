import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  endUserSession,
  endUserSessions,
  getSession,
  listUsers,
  listUserSessions,
  putUser,
  resetTotp,
  signIn,
  signOut,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import {
  clearSessionCookie,
  deviceTokenOf,
  sessionTokenOf,
  setDeviceCookie,
  setSessionCookie,
} from '../../core/session-cookie.ts'
import { notSignedIn } from '../../errors.ts'
import type { IdentityService } from './identity.service.ts'
import { knownDeviceMs } from './lifetime.ts'
import { splitPutUser } from './power-rules.ts'
import type { SessionsService } from './sessions.service.ts'
import type { SignInService } from './sign-in.service.ts'

export interface IdentityRoutesOptions {
  readonly identity: IdentityService
  readonly signIns: SignInService
  readonly sessions: SessionsService
}

const ownSession: FastifyPluginAsyncTypebox<IdentityRoutesOptions> = async (app, { signIns }) => {
  app.route({
    ...signIn,
    config: { rateLimit: { max: 30, timeWindow: 60_000 } },
    async handler(request, reply) {
      const { token, endsAt, session, deviceToken } = await signIns.signIn({
        ...request.body,
        address: request.ip,
        userAgent: request.headers['user-agent'] ?? '',
        deviceToken: deviceTokenOf(request),
      })
      setSessionCookie(request, reply, { token, until: endsAt })
      setDeviceCookie(request, reply, { token: deviceToken, until: Date.now() + knownDeviceMs })
      request.log.info({ username: session.user.username }, 'signed in')
      return session
    },
  })

  app.route({
    ...getSession,
    async handler(request) {
      const session = await signIns.resume(sessionTokenOf(request) ?? '')
      if (!session) throw notSignedIn()
      return session
    },
  })

  app.route({
    ...signOut,
    async handler(request, reply) {
      await signIns.signOut(sessionTokenOf(request) ?? '')
      clearSessionCookie(reply)
      return reply.code(204).send(null)
    },
  })
}

const sessionsOfOthers: FastifyPluginAsyncTypebox<IdentityRoutesOptions> = async (app, { identity, sessions }) => {
  app.route({
    ...listUserSessions,
    async handler(request) {
      const { user } = await identity.manageable(callerOf(request), request.params.username)
      return sessions.list(user.username)
    },
  })

  app.route({
    ...endUserSessions,
    async handler(request, reply) {
      const { user } = await identity.manageable(callerOf(request), request.params.username)
      await sessions.endAll(user.username)
      return reply.code(204).send(null)
    },
  })

  app.route({
    ...endUserSession,
    async handler(request, reply) {
      const { user } = await identity.manageable(callerOf(request), request.params.username)
      await sessions.endOne(user.username, request.params.sessionId)
      return reply.code(204).send(null)
    },
  })
}

export const identityRoutes: FastifyPluginAsyncTypebox<IdentityRoutesOptions> = async (app, options) => {
  const { identity } = options
  await app.register(ownSession, options)
  await app.register(sessionsOfOthers, options)

  app.route({ ...listUsers, handler: (request) => identity.list(callerOf(request)) })

  app.route({
    ...putUser,
    async handler(request) {
      const { user, change } = splitPutUser(request)
      const saved = await identity.put(callerOf(request), user, change)
      request.log.info({ username: saved.username, by: callerOf(request).username }, 'person changed')
      return { ...saved, ...(request.isAlone && { alone: true }) }
    },
  })

  app.route({
    ...resetTotp,
    async handler(request) {
      const saved = await identity.resetTotp(callerOf(request), request.params.username)
      request.log.info({ username: saved.username, by: callerOf(request).username }, 'second factor reset')
      return { ...saved, ...(request.isAlone && { alone: true }) }
    },
  })
}
