import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  answerLaneCall,
  endLaneCall,
  handBackLaneCall,
  listLaneCalls,
  listLaneRaises,
  raiseLane,
  reviewLaneRaise,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { LaneCallsService } from './lane-calls.service.ts'

export const laneCallsRoutes: FastifyPluginAsyncTypebox<{ laneCalls: LaneCallsService }> = async (
  app,
  { laneCalls },
) => {
  app.route({ ...listLaneCalls, handler: (request) => laneCalls.list(callerOf(request), request.query) })
  app.route({ ...answerLaneCall, handler: (request) => laneCalls.answer(callerOf(request), request.params.callId) })
  app.route({
    ...handBackLaneCall,
    handler: (request) => laneCalls.handBack(callerOf(request), request.params.callId),
  })
  app.route({
    ...endLaneCall,
    handler: (request) => laneCalls.end(callerOf(request), request.params.callId, request.body.say),
  })

  app.route({
    ...raiseLane,
    async handler(request, reply) {
      const raise = await laneCalls.raises.raise(callerOf(request), request.params.laneId, request.body)
      const { raiseId, laneId, commandId, by, reason } = raise
      request.log.info({ raiseId, laneId, commandId, by, reason }, 'lane raised from afar')
      return reply.code(202).send(raise)
    },
  })
  app.route({ ...listLaneRaises, handler: (request) => laneCalls.raises.list(callerOf(request), request.query) })
  app.route({
    ...reviewLaneRaise,
    handler: (request) => laneCalls.raises.review(callerOf(request), request.params.raiseId, request.body),
  })
}
