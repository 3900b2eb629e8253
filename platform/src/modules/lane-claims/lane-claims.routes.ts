import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { claimLane, getLaneClaim } from '../../contract/index.ts'
import type { LaneClaimsService } from './lane-claims.service.ts'

/** For one address; behind it may be a whole mobile network. */
const claiming = { rateLimit: { max: 60, timeWindow: 60_000 } }
/** A page that waits for the lane asks every second. */
const waiting = { rateLimit: { max: 300, timeWindow: 60_000 } }

/** For a driver without a plate in front of a lane: nobody signs in here. */
export const laneClaimsRoutes: FastifyPluginAsyncTypebox<{ laneClaims: LaneClaimsService }> = async (
  app,
  { laneClaims },
) => {
  app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  app.route({
    ...claimLane,
    config: claiming,
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
