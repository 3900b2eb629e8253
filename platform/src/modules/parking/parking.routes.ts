import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  addTariff,
  getParkingReport,
  getParkingRules,
  getParkingSession,
  listLots,
  listParkingSessions,
  listPassages,
  putLanePolicies,
  whatIf,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { ParkingService } from './parking.service.ts'

/** Rules, stays, lots and figures. */
export const parkingRoutes: FastifyPluginAsyncTypebox<{ parking: ParkingService }> = async (app, { parking }) => {
  const { rules, sessions, lots, reports, whatIfs } = parking
  app.route({ ...listPassages, handler: (request) => parking.passages(callerOf(request), request.query) })

  app.route({ ...getParkingRules, handler: (request) => rules.get(callerOf(request), request.params.compoundId) })
  app.route({
    ...putLanePolicies,
    async handler(request) {
      const { compoundId } = request.params
      const revision = await rules.putPolicies(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, revision }, 'lane policies changed')
      return { revision }
    },
  })
  app.route({
    ...addTariff,
    async handler(request, reply) {
      const { compoundId } = request.params
      const tariff = await rules.addTariff(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, version: tariff.version }, 'tariff added')
      return reply.code(201).send(tariff)
    },
  })
  app.route({
    ...whatIf,
    handler: (request) => whatIfs.replay(callerOf(request), request.params.compoundId, request.body),
  })

  app.route({ ...listParkingSessions, handler: (request) => sessions.list(callerOf(request), request.query) })
  app.route({
    ...getParkingSession,
    handler: (request) => sessions.detail(callerOf(request), request.params.sessionId),
  })
  app.route({ ...listLots, handler: (request) => lots.list(callerOf(request), request.query) })
  app.route({
    ...getParkingReport,
    handler: (request) => reports.get(callerOf(request), request.params.compoundId, request.query),
  })
}
