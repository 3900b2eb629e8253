import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getContinuity, listContinuity, listTelemetryLosses } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { ContinuityService } from './continuity.service.ts'

export const continuityRoutes: FastifyPluginAsyncTypebox<{ continuity: ContinuityService }> = async (
  app,
  { continuity },
) => {
  app.route({ ...listContinuity, handler: (request) => continuity.list(callerOf(request)) })

  app.route({
    ...getContinuity,
    handler(request) {
      const { only = 'all', offset = 0, limit = 50 } = request.query
      return continuity.get(callerOf(request), request.params.gatewayId, { only, offset, limit })
    },
  })

  app.route({
    ...listTelemetryLosses,
    handler: (request) => continuity.losses(callerOf(request), request.params.deviceId, request.query),
  })
}
