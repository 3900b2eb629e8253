import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getTelemetry } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { TelemetryService } from './telemetry.service.ts'

export const telemetryRoutes: FastifyPluginAsyncTypebox<{ telemetry: TelemetryService }> = async (
  app,
  { telemetry },
) => {
  app.route({
    ...getTelemetry,
    handler: (request) => telemetry.series(callerOf(request), { ...request.params, ...request.query }),
  })
}
