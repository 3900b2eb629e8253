/** What a device needs for TLS, PEM: by whom to know its gateway, and what to show there instead of its secret. */
export interface DeviceTls {
  readonly ca: string
  readonly own?: { readonly cert: string; readonly key: string } | undefined
}

/**
 * The authority certifies gateways for servers and devices for clients only, so whoever shows a server's certificate
 * of it is a gateway; its name is an id, which is no address that could be compared.
 */
export const tlsOptions = ({ ca, own }: DeviceTls) => ({
  ca,
  ...own,
  minVersion: 'TLSv1.2' as const,
  checkServerIdentity: () => undefined,
})
