import plugin from 'fastify-plugin'
import { callerOf } from '../core/request.ts'
import type { ApprovalsService } from '../modules/approvals/approvals.service.ts'

/** The one place that makes a call wait for a second person, from what its endpoint declares. */
export const secondPerson = plugin<{ readonly approvals: ApprovalsService }>(
  async (app, { approvals }) => {
    app.decorateRequest('isAlone', false)
    app.addHook('onRoute', ({ method, url, config }) => {
      if (config?.secondPerson !== true || typeof method !== 'string' || method === 'HEAD') return
      if (!approvals.hasRule({ method, url })) throw new Error(`No rule says when ${url} needs a second person`)
    })
    // After the schema, so that what is kept is well-formed, and before the handler.
    app.addHook('preHandler', async (request, reply) => {
      const { config, method, url = '' } = request.routeOptions
      if (config.secondPerson !== true || typeof method !== 'string') return
      const input = { params: request.params, body: request.body }
      const outcome = await approvals.ask({ method, url }, callerOf(request), input)
      request.isAlone = outcome === 'alone'
      if (typeof outcome === 'object') return reply.code(202).send(outcome)
    })
  },
  { name: 'second-person', dependencies: ['access-control'] },
)
