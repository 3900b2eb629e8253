const keyOf = (laneToken: string) => `gatehouse.pay.${laneToken}`

/** The order that a driver comes back from: as the provider's way back says, else as remembered in this tab. */
export function returnedOrder(laneToken: string): string | undefined {
  const named = new URLSearchParams(location.search).get('order')
  return named ?? sessionStorage.getItem(keyOf(laneToken)) ?? undefined
}

/** By which WeChat has named who pays, once: it is taken out of the address. */
export function takeCode(): string | undefined {
  const { code, order = '' } = Object.fromEntries(new URLSearchParams(location.search))
  if (code !== undefined) history.replaceState(undefined, '', `${location.pathname}?${new URLSearchParams({ order })}`)
  return code
}

/** Remembers the order that the driver leaves for; `undefined` forgets it, in the address too. */
export function rememberOrder(laneToken: string, orderId: string | undefined): void {
  if (orderId !== undefined) {
    sessionStorage.setItem(keyOf(laneToken), orderId)
    return
  }
  sessionStorage.removeItem(keyOf(laneToken))
  if (location.search !== '') history.replaceState(undefined, '', location.pathname)
}

/** The sandbox leads back to where the driver came from; the apps of real providers do so by themselves. */
export const withWayBack = (payUrl: string): string =>
  payUrl.startsWith('/api/pay/sandbox/') ? `${payUrl}?${new URLSearchParams({ back: location.pathname })}` : payUrl
