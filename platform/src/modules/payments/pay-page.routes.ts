import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createPayOrder, getPayOrder, getPayPage, payInApp, quotePayment } from '../../contract/index.ts'
import { asking, neverCached, waiting } from '../../plugins/lane-page.ts'
import type { PaymentsService } from './payments.service.ts'

/** For whoever stands in front of a lane: nobody signs in here. */
export const payPageRoutes: FastifyPluginAsyncTypebox<{ payments: PaymentsService }> = async (app, { payments }) => {
  const { page } = payments
  neverCached(app)
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
      const isInWechat = /MicroMessenger/i.test(request.headers['user-agent'] ?? '')
      const payer = { address: request.ip, isInWechat }
      const started = await page.begin(request.params.laneToken, { ...request.body, payer })
      const { orderId, provider, compoundId } = started.order
      request.log.info({ orderId, provider, compoundId }, 'payment begun')
      return reply.code(201).send(started)
    },
  })
  app.route({
    ...payInApp,
    config: asking,
    async handler(request) {
      const { laneToken, orderId } = request.params
      return { config: await page.payInApp(laneToken, orderId, request.body.code) }
    },
  })
  app.route({
    ...getPayOrder,
    config: waiting,
    handler: (request) => page.order(request.params.laneToken, request.params.orderId),
  })
}
