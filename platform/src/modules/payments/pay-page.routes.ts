import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createPayOrder, getPayOrder, getPayPage, quotePayment } from '../../contract/index.ts'
import type { PaymentsService } from './payments.service.ts'

/** For one address; behind it may be a whole mobile network. */
const asking = { rateLimit: { max: 60, timeWindow: 60_000 } }
/** A page that waits for its payment asks every other second. */
const waiting = { rateLimit: { max: 300, timeWindow: 60_000 } }

/** For whoever stands in front of a lane: nobody signs in here. */
export const payPageRoutes: FastifyPluginAsyncTypebox<{ payments: PaymentsService }> = async (app, { payments }) => {
  const { page } = payments
  app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  app.route({ ...getPayPage, config: waiting, handler: (request) => page.view(request.params.laneToken) })
  app.route({
    ...quotePayment,
    config: asking,
    handler: (request) => page.quote(request.params.laneToken, { ...request.body, address: request.ip }),
  })
  app.route({
    ...createPayOrder,
    config: asking,
    async handler(request, reply) {
      const started = await page.begin(request.params.laneToken, request.body)
      const { orderId, provider, compoundId } = started.order
      request.log.info({ orderId, provider, compoundId }, 'payment begun')
      return reply.code(201).send(started)
    },
  })
  app.route({
    ...getPayOrder,
    config: waiting,
    handler: (request) => page.order(request.params.laneToken, request.params.orderId),
  })
}
