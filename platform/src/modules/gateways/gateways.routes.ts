import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listGateways, putGateway } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { GatewaysService } from './gateways.service.ts'

export const gatewaysRoutes: FastifyPluginAsyncTypebox<{ gateways: GatewaysService }> = async (app, { gateways }) => {
  app.route({ ...listGateways, handler: (request) => gateways.list(callerOf(request)) })

  app.route({
    ...putGateway,
    async handler(request) {
      const { gatewayId } = request.params
      const answer = await gateways.put(callerOf(request), { gatewayId, ...request.body })
      if (answer.secret !== undefined)
        request.log.info({ gatewayId, by: callerOf(request).username }, 'gateway secret issued')
      return answer
    },
  })
}
