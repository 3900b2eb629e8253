/** Whether a request with this `Origin` comes from our own pages. Other programs send none and carry no cookie by accident. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  return URL.parse(origin)?.host === host?.toLowerCase()
}
