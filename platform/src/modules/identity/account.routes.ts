import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  beginTotp,
  changePassword,
  confirmTotp,
  endOtherSessions,
  endOwnSession,
  getAccount,
  listOwnSessions,
  removeTotp,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import { hashToken } from '../../core/secrets.ts'
import { sessionTokenOf } from '../../core/session-cookie.ts'
import type { AccountService } from './account.service.ts'
import type { SessionsService } from './sessions.service.ts'

export interface AccountRoutesOptions {
  readonly account: AccountService
  readonly sessions: SessionsService
}

const usernameOf = (request: FastifyRequest) => callerOf(request).username
const tokenHashOf = (request: FastifyRequest) => hashToken(sessionTokenOf(request) ?? '')

const ownSessions: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, { sessions }) => {
  app.route({
    ...listOwnSessions,
    handler: (request) => sessions.list(usernameOf(request), tokenHashOf(request)),
  })

  app.route({
    ...endOtherSessions,
    async handler(request, reply) {
      await sessions.endOthers(usernameOf(request), tokenHashOf(request))
      return reply.code(204).send(null)
    },
  })

  app.route({
    ...endOwnSession,
    async handler(request, reply) {
      await sessions.endOne(usernameOf(request), request.params.sessionId)
      return reply.code(204).send(null)
    },
  })
}

const secondFactor: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, { account }) => {
  app.route({
    ...beginTotp,
    handler: async (request, reply) =>
      reply.code(201).send(await account.beginTotp(usernameOf(request), request.body.password)),
  })

  app.route({
    ...confirmTotp,
    async handler(request, reply) {
      const recoveryCodes = await account.confirmTotp(usernameOf(request), request.body.code)
      request.log.info({ username: usernameOf(request) }, 'second factor set up')
      return reply.code(201).send({ recoveryCodes })
    },
  })

  app.route({
    ...removeTotp,
    async handler(request, reply) {
      await account.removeTotp(usernameOf(request), request.body.password, request.body.code)
      request.log.info({ username: usernameOf(request) }, 'second factor switched off')
      return reply.code(204).send(null)
    },
  })
}

export const accountRoutes: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, options) => {
  const { account } = options
  await app.register(ownSessions, options)
  await app.register(secondFactor, options)

  app.route({ ...getAccount, handler: (request) => account.get(usernameOf(request)) })

  app.route({
    ...changePassword,
    async handler(request, reply) {
      const session = { username: usernameOf(request), tokenHash: tokenHashOf(request) }
      await account.changePassword(session, request.body.oldPassword, request.body.newPassword)
      request.log.info({ username: session.username }, 'password changed')
      return reply.code(204).send(null)
    },
  })
}
