import type { Clock, IdentityStore, Logger } from '../../core/ports.ts'
import { certificateProblem, createRequest, datesOf } from './certificate-request.ts'

export interface RenewalOptions {
  readonly identity: IdentityStore
  /** Sends the request, if the platform is connected. */
  readonly ask: (csr: string) => void
  readonly clock: Clock
  readonly logger: Logger
}

export interface Renewal {
  answered(answer: { readonly certificate: string; readonly ca: string }): Promise<void>
  close(): void
}

/** A third of its life is left for a platform that is away, and for people to help. */
const dueAfter = 2 / 3
/** Often enough for certificates of days, seldom enough to be no load. */
const retryMs = { share: 1 / 90, min: 1000, max: 3_600_000 }

/** Fetches the next certificate in time, with a new key, again and again until it is there. */
export function startRenewal({ identity, ask, clock, logger }: RenewalOptions): Renewal {
  const { from, to } = datesOf(identity.current().certificate)
  const everyMs = Math.min(retryMs.max, Math.max(retryMs.min, (to - from) * retryMs.share))
  let pending: { readonly key: string } | undefined

  async function check() {
    const dates = datesOf(identity.current().certificate)
    if (clock.now() < dates.from + (dates.to - dates.from) * dueAfter) return
    const { csr, key } = await createRequest()
    pending = { key }
    ask(csr)
  }
  const timer = setInterval(() => {
    check().catch((error: unknown) => logger.error({ err: error }, 'certificate request not made'))
  }, everyMs)

  return {
    async answered({ certificate, ca }) {
      const waiting = pending
      const { gatewayId, ca: known } = identity.current()
      if (!waiting) return
      // The authority of a platform does not change; who brings another one is not that platform.
      const isKnown = ca === known
      const problem = isKnown
        ? certificateProblem({ gatewayId, certificate, key: waiting.key, ca }, clock.now())
        : 'it comes from another authority'
      if (problem !== undefined) {
        logger.warn({ problem }, 'renewed certificate not usable')
        return
      }
      pending = undefined
      await identity.replace({ certificate, key: waiting.key })
      logger.info({ expiresAt: datesOf(certificate).to }, 'certificate renewed')
    },
    close: () => clearInterval(timer),
  }
}
