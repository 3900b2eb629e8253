import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getSession, listUsers, putUser, signIn, signOut } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import { notSignedIn } from '../../errors.ts'
import type { IdentityService } from './identity.service.ts'
import { clearSessionCookie, sessionTokenOf, setSessionCookie } from '../../core/session-cookie.ts'
import type { SignInService } from './sign-in.service.ts'

export interface IdentityRoutesOptions {
  readonly identity: IdentityService
  readonly signIns: SignInService
}

export const identityRoutes: FastifyPluginAsyncTypebox<IdentityRoutesOptions> = async (app, { identity, signIns }) => {
  app.route({
    ...signIn,
    config: { rateLimit: { max: 30, timeWindow: 60_000 } },
    async handler(request, reply) {
      const { token, session } = await signIns.signIn({ ...request.body, address: request.ip })
      setSessionCookie(request, reply, { token, expiresAt: session.expiresAt })
      request.log.info({ username: session.user.username }, 'signed in')
      return session
    },
  })

  app.route({
    ...getSession,
    async handler(request) {
      const session = await signIns.resume(sessionTokenOf(request) ?? '')
      if (!session) throw notSignedIn()
      const { user, expiresAt, timeZone } = session
      return { user, expiresAt, timeZone }
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

  app.route({ ...listUsers, handler: (request) => identity.list(callerOf(request)) })

  app.route({
    ...putUser,
    async handler(request) {
      const { password, ...user } = request.body
      const saved = await identity.put(callerOf(request), { ...user, username: request.params.username }, password)
      request.log.info({ username: saved.username, by: callerOf(request).username }, 'person changed')
      return saved
    },
  })
}
