import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { claimLane, getLaneClaim } from '../../contract/index.ts'
import { asking, neverCached, waiting } from '../../plugins/lane-page.ts'
import type { LaneClaimsService } from './lane-claims.service.ts'

/** For a driver without a plate in front of a lane: nobody signs in here. */
export const laneClaimsRoutes: FastifyPluginAsyncTypebox<{ laneClaims: LaneClaimsService }> = async (
  app,
  { laneClaims },
) => {
  neverCached(app)
  app.route({
    ...claimLane,
    config: asking,
    async handler(request, reply) {
      const { laneToken } = request.params
      const claim = await laneClaims.claim(laneToken, { ...request.body, address: request.ip })
      request.log.info({ commandId: claim.commandId }, 'lane claimed')
      return reply.code(202).send(claim)
    },
  })
  app.route({
    ...getLaneClaim,
    config: waiting,
    handler: (request) => laneClaims.get(request.params.laneToken, request.params.commandId),
  })
}
