import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getSandboxPage, notifyPayment, paySandboxOrder } from '../../contract/index.ts'
import { paymentNotFound } from '../../errors.ts'
import type { PaymentsService } from './payments.service.ts'

const bodyLimit = 64 * 1024
/** Providers tell of all payments of a street from a few addresses. */
const often = { rateLimit: { max: 1200, timeWindow: 60_000 } }
const seldom = { rateLimit: { max: 60, timeWindow: 60_000 } }
const html = 'text/html; charset=utf-8'

/** What comes from outside the contract's JSON: signatures are over the very bytes, and the sandbox posts a form. */
export const notifyRoutes: FastifyPluginAsyncTypebox<{ payments: PaymentsService }> = async (app, { payments }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))

  app.route({
    ...{ ...notifyPayment, config: often, bodyLimit },
    async handler(request, reply) {
      const { headers, params } = request
      const body: unknown = request.body
      const raw = { headers, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) }
      const { contentType, body: answer } = await payments.notify(params.provider, raw)
      return reply.type(contentType).send(answer)
    },
  })

  async function page(orderId: string, back: string | undefined) {
    const text = await payments.sandboxPage(orderId, back)
    if (text === undefined) throw paymentNotFound(orderId)
    return text
  }
  app.route({
    ...{ ...getSandboxPage, config: seldom },
    handler: async (request, reply) => reply.type(html).send(await page(request.params.orderId, request.query.back)),
  })
  app.route({
    ...{ ...paySandboxOrder, config: seldom, bodyLimit },
    async handler(request, reply) {
      await payments.sandboxPay(request.params.orderId)
      return reply.type(html).send(await page(request.params.orderId, request.query.back))
    },
  })
}
