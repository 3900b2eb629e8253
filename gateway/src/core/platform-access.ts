export interface PlatformAccess {
  /** Value of the HTTP header; nothing while an enrolled gateway has no token yet. */
  readonly authorization: () => string | undefined
  /** The platform hands out a token for an hour, and the next one in time. */
  readonly setToken: (token: string) => void
}

/** How the gateway proves itself to the platform over HTTP: by its secret, or once enrolled by a token. */
export function createPlatformAccess(credentials: {
  readonly gatewayId: string
  /** Not there once the gateway is enrolled. */
  readonly secret: string | undefined
}): PlatformAccess {
  const { gatewayId, secret } = credentials
  let token: string | undefined
  const basic = secret === undefined ? undefined : `Basic ${Buffer.from(`${gatewayId}:${secret}`).toString('base64')}`
  return {
    authorization: () => basic ?? (token === undefined ? undefined : `Bearer ${token}`),
    setToken(next) {
      token = next
    },
  }
}
