import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listPassages, listPermits, putPermits } from '../../contract/index.ts'
import { longListBytes } from '../../core/limits.ts'
import { callerOf } from '../../core/request.ts'
import type { ParkingService } from './parking.service.ts'

export const parkingRoutes: FastifyPluginAsyncTypebox<{ parking: ParkingService }> = async (app, { parking }) => {
  app.route({ ...listPermits, handler: (request) => parking.permits(callerOf(request), request.params.compoundId) })

  app.route({
    ...putPermits,
    bodyLimit: longListBytes,
    async handler(request) {
      const { compoundId } = request.params
      const revision = await parking.replacePermits(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, revision, permits: request.body.length }, 'permits replaced')
      return { revision }
    },
  })

  app.route({ ...listPassages, handler: (request) => parking.passages(callerOf(request), request.query) })
}
