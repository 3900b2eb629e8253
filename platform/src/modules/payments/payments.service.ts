import type { Vault } from '../../core/vault.ts'
import { notificationRefused, providerOff } from '../../errors.ts'
import type { SessionsService } from '../parking/sessions.service.ts'
import { createCash } from './cash.ts'
import { createNotifications } from './notifications.ts'
import { createOrdersService } from './orders.service.ts'
import { createPayPageService } from './pay-page.service.ts'
import { createPaymentCounters } from './payment-counters.ts'
import { createPolling } from './polling.ts'
import type { PaymentProvider, ProviderName, RawNotification } from './provider.ts'
import type { AlipaySettings } from './providers/alipay-client.ts'
import { createAlipay } from './providers/alipay.provider.ts'
import { fetchHttp, type HttpPort } from './providers/http-port.ts'
import { sandboxPage } from './providers/sandbox-page.ts'
import { createSandbox } from './providers/sandbox.ts'
import type { WechatSettings } from './providers/wechat-client.ts'
import { createWechat } from './providers/wechat.provider.ts'
import { createReconciling } from './reconciling.ts'
import { createRefundsService } from './refunds.service.ts'
import { createSettling, type SettlingPorts } from './settling.ts'

/** Which providers are switched on. */
export interface PaymentSettings {
  readonly sandbox?: boolean | undefined
  readonly wechat?: WechatSettings | undefined
  readonly alipay?: AlipaySettings | undefined
}

export interface PaymentsPorts extends Omit<SettlingPorts, 'counters'> {
  readonly vault: Vault
  readonly sessions: SessionsService
  readonly settings: PaymentSettings
  readonly http?: HttpPort | undefined
}

interface ProviderPorts extends Pick<PaymentsPorts, 'db' | 'clock' | 'vault' | 'settings'> {
  readonly http: HttpPort
}

function openProviders({ settings, http, db, clock, vault }: ProviderPorts) {
  const sandbox = settings.sandbox === true ? createSandbox({ db, clock, key: vault.keyFor('sandbox') }) : undefined
  const switchedOn: readonly (PaymentProvider | undefined)[] = [
    settings.wechat && createWechat({ settings: settings.wechat, http, clock }),
    settings.alipay && createAlipay({ settings: settings.alipay, http, clock }),
    sandbox?.provider,
  ]
  const providers = new Map<ProviderName, PaymentProvider>(
    switchedOn.filter((provider) => provider !== undefined).map((provider) => [provider.name, provider]),
  )
  return { sandbox, providers }
}

/** Taking money for stays, giving it back, and comparing the books with those who took it. */
export function createPaymentsService({ settings, http = fetchHttp, ...ports }: PaymentsPorts) {
  const { db, clock, vault } = ports
  const counters = createPaymentCounters(ports.metrics)
  const { sandbox, providers } = openProviders({ settings, http, db, clock, vault })
  const find = (name: string) => providers.get(name as ProviderName)
  function need(name: string): PaymentProvider {
    const provider = find(name)
    if (!provider) throw providerOff(name)
    return provider
  }

  const settling = createSettling({ ...ports, counters })
  const shared = { ...ports, counters, settling, provider: find }
  const take = createNotifications(shared)
  const polling = createPolling(shared)
  const orders = createOrdersService(shared)
  const refunds = createRefundsService(shared)
  const reconcile = createReconciling({ ...shared, refunds, provider: need })

  async function notify(name: string, raw: RawNotification) {
    const provider = need(name)
    const outcome = await take(provider, raw).catch((error: unknown) => {
      counters.notification(provider.name, 'refused')
      throw error
    })
    if (outcome === 'refused') throw notificationRefused()
    return provider.taken
  }

  return {
    ...{ orders, refunds, reconcile, notify, handle: orders.handle, cash: createCash(shared) },
    page: createPayPageService({ ...ports, orders, providers }),

    /** The page that stands in for a provider's app, as HTML; nothing where there is no such order. */
    async sandboxPage(orderId: string, back?: string): Promise<string | undefined> {
      const row = await sandbox?.find(orderId)
      return row && sandboxPage(row, { now: clock.now(), back })
    },
    sandboxPay: (orderId: string) => sandbox?.pay(orderId) ?? Promise.resolve('unknown' as const),

    /** What nobody else starts: asks for payments, makes refunds, sends the sandbox's messages. */
    async tick(): Promise<void> {
      await sandbox?.deliver((raw) =>
        notify('sandbox', raw).then(
          () => true,
          () => false,
        ),
      )
      await polling.tick()
      await refunds.tick()
    },
  }
}

export type PaymentsService = ReturnType<typeof createPaymentsService>
