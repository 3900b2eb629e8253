import type { PayView } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import { normalisePlate } from '../../domain/index.ts'
import { paymentNotFound, providerOff, quoteInvalid, tooManyRequests } from '../../errors.ts'
import type { SessionsService } from '../parking/sessions.service.ts'
import { createAskingLimit } from './asking-limit.ts'
import { createLaneCodes } from './lane-codes.ts'
import type { OrdersService } from './orders.service.ts'
import type { PaymentProvider, ProviderName } from './provider.ts'
import { createQuoting, maskPlate } from './quoting.ts'
import { readQuote } from './tokens.ts'

export interface PayPagePorts {
  readonly db: Database
  readonly clock: Clock
  readonly vault: Vault
  readonly sessions: Pick<SessionsService, 'session' | 'sessionForPlate' | 'quote'>
  readonly orders: OrdersService
  readonly providers: ReadonlyMap<ProviderName, PaymentProvider>
}

const quoteMs = 5 * 60_000
/** What somebody in front of a lane, whom nobody knows, can see and pay. */
export function createPayPageService({ db, clock, vault, sessions, orders, providers }: PayPagePorts) {
  const key = vault.keyFor('pay-page')
  const admits = createAskingLimit(clock)

  const codes = createLaneCodes({ db, key })
  const { laneOf } = codes
  const { waitingAt, quote } = createQuoting({ db, clock, key, sessions })

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
        if (waiting) return quote(lane, waiting, maskPlate(waiting.plate))
      } else {
        if (!admits(address, lane.laneId)) throw tooManyRequests()
        const session = await sessions.sessionForPlate(lane.compoundId, plate)
        if (session) return quote(lane, session, normalisePlate(plate))
      }
      const nobody = { plate: plate ?? '', dueFen: 0, paidFen: 0, lines: [], graceMinutes: 0 }
      return { result: 'not-inside' as const, ...nobody }
    },

    async begin(
      token: string,
      { quoteId, provider: name }: { readonly quoteId: string; readonly provider: ProviderName },
    ) {
      const lane = await laneOf(token)
      const quoted = readQuote(key, lane.laneId, quoteId)
      if (!quoted || clock.now() > quoted.quotedAt + quoteMs) throw quoteInvalid()
      const provider = providers.get(name)
      if (!provider) throw providerOff(name)
      const { sessionId, fen, quotedAt } = quoted
      const { compoundId } = lane
      return orders.begin(provider, { compoundId, sessionId, quoteId, fen, quotedAt, expiresAt: quotedAt + quoteMs })
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
