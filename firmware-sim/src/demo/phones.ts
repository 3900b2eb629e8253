import { setTimeout as delay } from 'node:timers/promises'
import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Random } from '../core/seeded-random.ts'
import type { PlatformClient } from './platform-client.ts'

const lookMs = 2000
/** Until the phone is out, the code scanned and the app open. */
const scanningMs = [3000, 8000] as const
/** Some have no battery: the lane lets them out with a debt in the end. */
const withoutPhone = 0.1

const LaneQr = Type.Object({ laneToken: Type.String() })
const PayView = Type.Object({ waitingPlate: Type.Optional(Type.String()) })
const PayQuote = Type.Object({ quoteId: Type.String() })
const PayOrderStarted = Type.Object({ payUrl: Type.String() })

export interface PhonesOptions {
  /** Signed in, to learn what the codes at the lanes say. */
  readonly admin: PlatformClient
  /** Not signed in, as drivers are not. */
  readonly visitor: PlatformClient
  readonly laneIds: readonly string[]
  readonly random: Random
  readonly signal: AbortSignal
}

async function ask<S extends TSchema>(schema: S, answer: Promise<unknown>): Promise<Static<S> | undefined> {
  const value = await answer
  return Value.Check(schema, value) ? value : undefined
}

/** Drivers who wait unpaid at an exit scan the code of the lane and pay with the sandbox, until `signal`. */
export async function startPhones({ admin, visitor, laneIds, random, signal }: PhonesOptions): Promise<void> {
  async function pay(page: string) {
    await delay(random.between(...scanningMs), undefined, { signal })
    const quote = await ask(PayQuote, visitor.call('POST', `${page}/quote`, {}))
    if (!quote) return
    const body = { quoteId: quote.quoteId, provider: 'sandbox' }
    const started = await ask(PayOrderStarted, visitor.call('POST', `${page}/orders`, body))
    if (started) await visitor.press(started.payUrl)
  }

  async function watch(page: string) {
    let served = ''
    while (!signal.aborted) {
      try {
        await delay(lookMs, undefined, { signal })
        const { waitingPlate = '' } = (await ask(PayView, visitor.call('GET', page))) ?? {}
        if (waitingPlate !== '' && waitingPlate !== served && !random.chance(withoutPhone)) await pay(page)
        served = waitingPlate
      } catch {
        // The platform is away, or the car has left meanwhile: the next look tells.
      }
    }
  }

  for (const laneId of laneIds) {
    const qr = await ask(LaneQr, admin.call('GET', `/api/parking/lanes/${laneId}/qr`))
    if (qr) void watch(`/api/pay/${qr.laneToken}`)
  }
}
