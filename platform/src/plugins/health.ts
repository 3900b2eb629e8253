import plugin from 'fastify-plugin'
import { collectDefaultMetrics, Histogram } from 'prom-client'
import type { Metrics } from '../core/metrics.ts'

/** Whether one thing that the platform depends on works. */
export type Probe = () => Promise<boolean>

/** Without the essential ones nothing can be answered; without the others something is missing. */
export interface Probes {
  readonly essential: Readonly<Record<string, Probe>>
  readonly others: Readonly<Record<string, Probe>>
}

export interface HealthOptions {
  readonly metrics: Metrics
  readonly probes: Probes
}

const probeMs = 3000

/** A dependency that does not answer in time is as good as away. */
async function ask(probe: Probe): Promise<'ok' | 'failed'> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), probeMs)
  try {
    return (await Promise.race([probe(), late.promise])) ? 'ok' : 'failed'
  } catch {
    return 'failed' // Why it failed is in the log of the part itself.
  } finally {
    clearTimeout(timer)
  }
}

const askAll = async (probes: Readonly<Record<string, Probe>>) =>
  Object.fromEntries(
    await Promise.all(Object.entries(probes).map(async ([name, probe]) => [name, await ask(probe)] as const)),
  )

/** `/api/health` for load balancers and people, `/metrics` for Prometheus. */
export const health = plugin<HealthOptions>(
  async (app, { metrics, probes }) => {
    collectDefaultMetrics({ register: metrics.registry, prefix: 'gatehouse_' })
    const durations = new Histogram({
      name: 'gatehouse_http_seconds',
      help: 'Time to answer an HTTP request',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers: [metrics.registry],
    })
    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'none'
      durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    })

    app.route({
      method: 'GET',
      url: '/api/health',
      config: { access: 'public', summary: 'Whether the platform is up, and each thing that it needs' },
      async handler(_request, reply) {
        const [essential, others] = await Promise.all([askAll(probes.essential), askAll(probes.others)])
        const ready = Object.values(essential).every((answer) => answer === 'ok')
        return reply.code(ready ? 200 : 503).send({ live: true, ready, dependencies: { ...essential, ...others } })
      },
    })

    app.route({
      method: 'GET',
      url: '/metrics',
      config: { access: 'public' },
      schema: { hide: true },
      handler: async (_request, reply) =>
        reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    })
  },
  { name: 'health' },
)
