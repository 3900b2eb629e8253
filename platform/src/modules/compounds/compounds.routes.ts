import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listCompounds, putCompound } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { CompoundsService } from './compounds.service.ts'

export const compoundsRoutes: FastifyPluginAsyncTypebox<{ compounds: CompoundsService }> = async (
  app,
  { compounds },
) => {
  app.route({ ...listCompounds, handler: (request) => compounds.list(callerOf(request)) })

  app.route({
    ...putCompound,
    handler: (request) => compounds.put(callerOf(request), { id: request.params.compoundId, ...request.body }),
  })
}
