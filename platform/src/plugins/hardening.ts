import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import plugin from 'fastify-plugin'
import type { Metrics } from '../core/metrics.ts'
import { tooManyRequests } from '../errors.ts'

export interface HardeningOptions {
  readonly requestsPerMinute: number
  readonly metrics: Metrics
}

const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    // The component library writes its styles into the page.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    mediaSrc: ["'self'", 'blob:'],
    fontSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    workerSrc: ["'self'", 'blob:'],
    objectSrc: ["'none'"],
    baseUri: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
}

/** Headers that tie the browser's hands, and limits on how often one address may ask. */
export const hardening = plugin<HardeningOptions>(
  async (app, { requestsPerMinute, metrics }) => {
    await app.register(cookie)
    await app.register(helmet, {
      ...{ contentSecurityPolicy, crossOriginEmbedderPolicy: false },
      // Without any referrer a form of ours posts as nobody's, and is refused like one of another web site.
      referrerPolicy: { policy: 'same-origin' },
    })
    await app.register(rateLimit, {
      max: requestsPerMinute,
      timeWindow: 60_000,
      // Gateways behind one address bring pictures and telemetry of a whole street.
      keyGenerator: (request) => (request.routeOptions.config.access === 'gateway' ? `g ${request.ip}` : request.ip),
      errorResponseBuilder: tooManyRequests,
      onExceeded: () => metrics.refused('http', 'too-many-requests'),
    })
  },
  { name: 'hardening' },
)
