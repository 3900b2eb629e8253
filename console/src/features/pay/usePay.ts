import {
  createPayOrder,
  getPayOrder,
  getPayPage,
  payInApp,
  quotePayment,
  type InputOf,
  type OutputOf,
  type PaymentOrder,
  type PayQuote,
  type RenewalOffer,
} from '@gatehouse/platform/contract'
import { onScopeDispose, shallowRef } from 'vue'
import { ApiError, call } from '../../api/http'

/** An order is asked after so often while the driver pays. */
const pollMs = 2000
type Provider = PaymentOrder['provider']
export type Months = RenewalOffer['choices'][number]['months']
export type PayStep = 'loading' | 'failed' | 'plate' | 'quote' | 'waiting' | 'paid' | 'unpaid'

interface Browser {
  /** Leads to the page of the provider. */
  readonly goTo: (url: string) => void
  /** The order that the driver left for, when the page is opened again. */
  readonly remembered: () => string | undefined
  readonly remember: (orderId: string | undefined) => void
  /** By which the app that the page is open in has named who pays; answered once. */
  readonly takeCode: () => string | undefined
  /** Lets the app ask for the money. Resolves when it has done so, whatever came of it. */
  readonly handToApp: (config: Readonly<Record<string, string>>) => Promise<void>
}

const answers = (error: unknown, ...statuses: readonly number[]) =>
  error instanceof ApiError && statuses.includes(error.status)

/** What the page shows, and one action at a time. */
function createState() {
  const isBusy = shallowRef(false)
  const error = shallowRef<unknown>()
  async function busily(action: () => Promise<void>) {
    if (isBusy.value) return
    isBusy.value = true
    error.value = undefined
    try {
      await action()
    } catch (reason) {
      error.value = reason
    } finally {
      isBusy.value = false
    }
  }
  return { isBusy, error, busily, step: shallowRef<PayStep>('loading') }
}
type State = ReturnType<typeof createState>

/**
 * Lets the app that the page is open in ask for the money, where it has named who pays. Answers what went wrong:
 * whether it was paid is asked afterwards in any case.
 */
async function askInApp(laneToken: string, orderId: string, { takeCode, handToApp }: Browser): Promise<unknown> {
  const code = takeCode()
  if (code === undefined) return undefined
  try {
    const { config } = await call(payInApp, { params: { laneToken, orderId }, body: { code } })
    await handToApp(config)
    return undefined
  } catch (reason) {
    return reason
  }
}

/** Follows an order until the provider has said how it ended. */
function createOrder(laneToken: string, { error, step }: State, browser: Browser) {
  const { remember } = browser
  const order = shallowRef<PaymentOrder>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => clearTimeout(timer)
  const pollLater = (orderId: string) => (timer = setTimeout(() => void poll(orderId), pollMs))

  function settle(now: PaymentOrder) {
    order.value = now
    if (now.state === 'created') {
      step.value = 'waiting'
      pollLater(now.orderId)
      return
    }
    remember(undefined)
    step.value = now.state === 'paid' ? 'paid' : 'unpaid'
  }
  async function poll(orderId: string) {
    stop()
    try {
      settle(await call(getPayOrder, { params: { laneToken, orderId } }))
      error.value = undefined
    } catch (reason) {
      error.value = reason
      if (!answers(reason, 404)) {
        pollLater(orderId)
        return
      }
      remember(undefined)
      step.value = 'plate'
    }
  }
  /** As left for the provider, when the page is open again. */
  async function goOn(orderId: string) {
    const problem = await askInApp(laneToken, orderId, browser)
    await poll(orderId)
    error.value ??= problem
  }
  onScopeDispose(stop)
  return { order, settle, goOn, stop }
}

/** The way of a driver: plate, quote, provider, and back until it is paid. */
export function usePay(laneToken: string, browser: Browser) {
  const params = { laneToken }
  const state = createState()
  const { step, error, isBusy, busily } = state
  const { order, settle, goOn, stop } = createOrder(laneToken, state, browser)
  const view = shallowRef<OutputOf<typeof getPayPage>>()
  const quote = shallowRef<PayQuote>()
  /** The amount was asked for again, because it was no longer the right one. */
  const isRenewed = shallowRef(false)
  let asked: string | undefined

  async function fetchQuote() {
    quote.value = await call(quotePayment, { params, body: asked === undefined ? {} : { plate: asked } })
    step.value = 'quote'
  }
  const load = () =>
    busily(async () => {
      step.value = 'loading'
      view.value = await call(getPayPage, { params }).catch((reason: unknown) => {
        step.value = 'failed'
        throw reason
      })
      step.value = 'plate'
      const orderId = browser.remembered()
      if (orderId !== undefined) await goOn(orderId)
    })
  const ask = (plate?: string) =>
    busily(async () => {
      asked = plate
      isRenewed.value = false
      await fetchQuote()
    })
  async function start(body: InputOf<typeof createPayOrder>['body']) {
    const started = await call(createPayOrder, { params, body })
    browser.remember(started.order.orderId)
    settle(started.order)
    browser.goTo(started.payUrl)
  }
  /** `months`: for a permit, instead of the stay. */
  const pay = (provider: Provider, months?: Months) =>
    busily(async () => {
      const { quoteId } = (months === undefined ? quote.value : quote.value?.renewal) ?? {}
      if (quoteId === undefined) return
      try {
        await start({ quoteId, provider, ...(months !== undefined && { months }) })
      } catch (reason) {
        if (!answers(reason, 409, 410)) throw reason
        isRenewed.value = true
        await fetchQuote()
      }
    })
  function restart() {
    stop()
    browser.remember(undefined)
    quote.value = order.value = error.value = undefined
    step.value = 'plate'
  }
  const renew = (months: Months, provider: Provider) => pay(provider, months)
  void load()
  return { step, view, quote, order, error, isBusy, isRenewed, load, ask, pay, renew, restart }
}
