import type { FastifyInstance } from 'fastify'

/** How often one address may ask something that costs; behind it may be a whole mobile network. */
export const asking = { rateLimit: { max: 60, timeWindow: 60_000 } }
/** A page that waits for an answer asks every second or two. */
export const waiting = { rateLimit: { max: 300, timeWindow: 60_000 } }

/** What somebody in front of a lane, who does not sign in, is told stays in no cache. */
export function neverCached(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))
}
