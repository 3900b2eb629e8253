import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getBroadcast, listBroadcasts, startBroadcast } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { BroadcastService } from './broadcast.service.ts'

export const broadcastRoutes: FastifyPluginAsyncTypebox<{ broadcasts: BroadcastService }> = async (
  app,
  { broadcasts },
) => {
  app.route({
    ...startBroadcast,
    async handler(request, reply) {
      const broadcast = await broadcasts.start(callerOf(request), request.body)
      const { id: broadcastId, compoundId, priority, speakers, by } = broadcast
      request.log.info({ broadcastId, compoundId, priority, speakers: speakers.length, by }, 'announcement started')
      return reply.code(202).send(broadcast)
    },
  })
  app.route({ ...listBroadcasts, handler: (request) => broadcasts.list(callerOf(request), request.query) })
  app.route({ ...getBroadcast, handler: (request) => broadcasts.get(callerOf(request), request.params.broadcastId) })
}
