/** Where an InfluxDB server is and how to sign in. */
export interface InfluxSettings {
  readonly url: string
  /** v1: 1.6 to 1.11; v2: 2.x; v3: 3 Core and Enterprise. */
  readonly flavour: 'v1' | 'v2' | 'v3'
  /** Database (v1, v3) or bucket (v2). */
  readonly database: string
  readonly organisation?: string | undefined
  readonly token?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly timeoutMs?: number | undefined
}

export function influxAuthorization({ flavour, token, user, password = '' }: InfluxSettings): Record<string, string> {
  if (flavour === 'v1') {
    if (user === undefined) return {}
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  }
  return token === undefined ? {} : { authorization: `${flavour === 'v2' ? 'Token' : 'Bearer'} ${token}` }
}
