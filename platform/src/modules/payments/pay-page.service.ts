import type { PayQuote, PayView } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import { normalisePlate } from '../../domain/index.ts'
import { paymentNotFound, providerOff, quoteInvalid, tooManyRequests } from '../../errors.ts'
import type { RenewalsService } from '../parking/renewals.service.ts'
import type { SessionsService } from '../parking/sessions.service.ts'
import { createAskingLimit } from './asking-limit.ts'
import { createLaneCodes } from './lane-codes.ts'
import type { PayLane } from './lanes.repo.ts'
import type { OrdersService } from './orders.service.ts'
import type { Payer, PaymentProvider, ProviderName } from './provider.ts'
import { createRenewalPage } from './renewal-page.ts'
import { createQuoting, maskPlate } from './quoting.ts'
import { readQuote } from './tokens.ts'

export interface PayPagePorts {
  readonly db: Database
  readonly clock: Clock
  readonly vault: Vault
  readonly sessions: Pick<SessionsService, 'session' | 'sessionForPlate' | 'quote'>
  readonly renewals: RenewalsService
  readonly orders: OrdersService
  readonly providers: ReadonlyMap<ProviderName, PaymentProvider>
}

interface NewPayOrder {
  readonly quoteId: string
  readonly provider: ProviderName
  /** Of a renewal. */
  readonly months?: number | undefined
  readonly payer: Omit<Payer, 'page'>
}

const quoteMs = 5 * 60_000
const nobody = (plate: string): PayQuote => ({
  ...{ result: 'not-inside', plate, dueFen: 0, paidFen: 0, lines: [], graceMinutes: 0 },
})

/** What somebody in front of a lane, whom nobody knows, can see and pay. */
export function createPayPageService({ providers, ...ports }: PayPagePorts) {
  const { db, clock, vault, sessions, orders } = ports
  const key = vault.keyFor('pay-page')
  const admits = createAskingLimit(clock)

  const codes = createLaneCodes({ db, key })
  const { laneOf } = codes
  const { waitingAt, quote } = createQuoting({ db, clock, key, sessions })
  const renewing = createRenewalPage({ ...ports, quoteMs })

  const withOffer = async (lane: PayLane, number: string, known: PayQuote): Promise<PayQuote> => ({
    ...known,
    ...(await renewing.offer(lane, number)),
  })

  return {
    ...{ code: codes.code, renew: codes.renew },
    ...{ laneOf, admits },

    async view(token: string): Promise<PayView> {
      const lane = await laneOf(token)
      const waiting = await waitingAt(lane)
      return {
        compoundId: lane.compoundId,
        ...{ compoundName: lane.compoundName, laneName: lane.laneName, direction: lane.direction },
        ...(waiting && { waitingPlate: maskPlate(waiting.plate) }),
        providers: [...providers.keys()],
      }
    },

    async quote(token: string, { plate, address }: { readonly plate?: string | undefined; readonly address: string }) {
      const lane = await laneOf(token)
      if (plate === undefined) {
        const waiting = await waitingAt(lane)
        if (!waiting) return nobody('')
        return withOffer(lane, waiting.plate, await quote(lane, waiting, maskPlate(waiting.plate)))
      }
      if (!admits(address, lane.laneId)) throw tooManyRequests()
      const session = await sessions.sessionForPlate(lane.compoundId, plate)
      return withOffer(lane, plate, session ? await quote(lane, session, normalisePlate(plate)) : nobody(plate))
    },

    async begin(token: string, { quoteId, provider: name, months, ...by }: NewPayOrder) {
      const lane = await laneOf(token)
      const provider = providers.get(name)
      if (!provider) throw providerOff(name)
      const payer = { ...by.payer, page: `/pay/${token}` }
      if (months !== undefined) return renewing.begin(lane, provider, { quoteId, months, payer })
      const quoted = readQuote(key, lane.laneId, quoteId)
      if (!quoted || clock.now() > quoted.quotedAt + quoteMs) throw quoteInvalid()
      const wanted = { compoundId: lane.compoundId, quoteId, expiresAt: quoted.quotedAt + quoteMs, payer }
      return orders.begin(provider, { ...quoted, ...wanted })
    },

    async payInApp(token: string, orderId: string, code: string) {
      const { compoundId } = await laneOf(token)
      return orders.inApp(compoundId, { orderId, code })
    },

    async order(token: string, orderId: string) {
      const { compoundId } = await laneOf(token)
      const order = await orders.ofCompound(compoundId, orderId)
      if (!order) throw paymentNotFound(orderId)
      return order
    },
  }
}

export type PayPageService = ReturnType<typeof createPayPageService>
