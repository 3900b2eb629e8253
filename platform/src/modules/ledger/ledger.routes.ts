import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  exportParkingStatement,
  getParkingStatement,
  listLedger,
  listRevenueShares,
  putRevenueShare,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { LedgerService } from './ledger.service.ts'

/** The books, their months, and by what agreement they are shared. */
export const ledgerRoutes: FastifyPluginAsyncTypebox<{ ledger: LedgerService }> = async (app, { ledger }) => {
  app.route({
    ...listLedger,
    handler: (request) => ledger.list(callerOf(request), request.params.compoundId, request.query),
  })
  app.route({
    ...getParkingStatement,
    handler: (request) => ledger.statement(callerOf(request), request.params.compoundId, request.params.month),
  })
  app.route({
    ...exportParkingStatement,
    async handler(request, reply) {
      const { compoundId, month, format } = request.params
      const { type, body } = await ledger.export(callerOf(request), compoundId, { month, format })
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="parking-${compoundId}-${month}.${format}"`)
        .header('cache-control', 'no-store')
        .send(body)
    },
  })
  app.route({
    ...listRevenueShares,
    handler: (request) => ledger.shares(callerOf(request), request.params.compoundId),
  })
  app.route({
    ...putRevenueShare,
    async handler(request, reply) {
      const { compoundId } = request.params
      const share = await ledger.agree(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, version: share.version }, 'revenue share agreed')
      return reply.code(201).send(share)
    },
  })
}
