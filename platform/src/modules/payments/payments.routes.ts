import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  getLaneQr,
  listPayments,
  reconcilePayments,
  recordCashPayment,
  refundPayment,
  renewLaneQr,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { PaymentsService } from './payments.service.ts'

/** For those who look after the money. */
export const paymentsRoutes: FastifyPluginAsyncTypebox<{ payments: PaymentsService }> = async (app, { payments }) => {
  const { page, orders, refunds } = payments
  app.route({ ...getLaneQr, handler: (request) => page.code(callerOf(request), request.params.laneId) })
  app.route({ ...renewLaneQr, handler: (request) => page.renew(callerOf(request), request.params.laneId) })
  app.route({ ...listPayments, handler: (request) => orders.list(callerOf(request), request.query) })
  app.route({
    ...recordCashPayment,
    async handler(request, reply) {
      const order = await payments.cash(callerOf(request), request.params.sessionId, request.body)
      request.log.info({ orderId: order.orderId, fen: order.fen }, 'cash recorded')
      return reply.code(201).send(order)
    },
  })
  app.route({
    ...refundPayment,
    async handler(request) {
      const { orderId } = request.params
      const order = await refunds.refund(callerOf(request), orderId, request.body)
      request.log.info({ orderId, fen: request.body.fen }, 'refund asked for')
      return order
    },
  })
  app.route({ ...reconcilePayments, handler: (request) => payments.reconcile(callerOf(request), request.body) })
}
