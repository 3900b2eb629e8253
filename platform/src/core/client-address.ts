import { isIP } from 'node:net'

const isLoopback = (address: string) => address === '::1' || /^(::ffff:)?127\./.test(address)

/** On whose behalf a proxy on this host asks; for connections that Fastify does not see. */
export function clientAddress(peer: string, forwardedFor: string | string[] | undefined): string {
  if (!isLoopback(peer)) return peer
  const named = [forwardedFor ?? []].flat().join(',').split(',').reverse()
  // From the nearest on: what stands further to the left anybody could have written.
  const client = named.map((name) => name.trim()).find((name) => !isLoopback(name))
  return client !== undefined && isIP(client) !== 0 ? client : peer
}
