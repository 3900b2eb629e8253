import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listAccessEntries, listPeople, putPeople } from '../../contract/index.ts'
import { longListBytes } from '../../core/limits.ts'
import { callerOf } from '../../core/request.ts'
import type { AccessService } from './access.service.ts'

export const accessRoutes: FastifyPluginAsyncTypebox<{ access: AccessService }> = async (app, { access }) => {
  app.route({ ...listPeople, handler: (request) => access.people(callerOf(request), request.params.compoundId) })

  app.route({
    ...putPeople,
    bodyLimit: longListBytes,
    async handler(request) {
      const { compoundId } = request.params
      const revision = await access.replacePeople(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, revision, people: request.body.length }, 'people replaced')
      return { revision }
    },
  })

  app.route({ ...listAccessEntries, handler: (request) => access.entries(callerOf(request), request.query) })
}
