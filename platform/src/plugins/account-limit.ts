import plugin from 'fastify-plugin'
import type { Metrics } from '../core/metrics.ts'
import { tooManyRequests } from '../errors.ts'

export interface AccountLimitOptions {
  /** Of one person, from all their browsers and addresses together. */
  readonly requestsPerMinute: number
  readonly metrics: Metrics
}

/** A stolen session is no faster for being used from a hundred addresses. Runs after the access control. */
export const accountLimit = plugin<AccountLimitOptions>(
  async (app, { requestsPerMinute, metrics }) => {
    const take = app.createRateLimit({
      max: requestsPerMinute,
      timeWindow: 60_000,
      keyGenerator: ({ person }) => `person ${person?.username ?? ''}`,
    })
    app.addHook('preParsing', async (request) => {
      if (!request.person) return
      const taken = await take(request)
      if (taken.isAllowed || !taken.isExceeded) return
      metrics.refused('http', 'too-many-requests-of-account')
      throw tooManyRequests()
    })
  },
  { name: 'account-limit', dependencies: ['hardening', 'access-control'] },
)
