import { lookup as resolve, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { RefusalCounter } from '../../core/ports.ts'
import { cameraAddressRefused } from '../../errors.ts'

/**
 * Cameras hand out addresses, and installers type them: without this check either could make the gateway call
 * any server that it can reach.
 */
export interface AddressGuard {
  /** Throws CAMERA_ADDRESS_REFUSED unless it is http(s) and, where it names an IP address, inside the networks. */
  check(url: URL): void
  /** The same for rtsp(s). */
  checkStream(url: URL): void
  /** For `http.request`: resolves names to addresses inside the networks only, also when the answer changes. */
  readonly lookup: LookupFunction
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '')

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Throws when a network is no CIDR. */
function allowList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(network) ?? []
    try {
      list.addSubnet(address, Number(bits), familyOf(address))
    } catch {
      throw cameraAddressRefused(`"${network}" in the camera networks is no CIDR such as 192.168.0.0/16`)
    }
  }
  return list
}

export function createAddressGuard(networks: readonly string[], counter: RefusalCounter): AddressGuard {
  const allowed = allowList(networks)
  const isInside = (address: string) => allowed.check(address, familyOf(address))
  const refuse = (reason: string, problem: string) => {
    counter.refused('onvif', reason)
    return cameraAddressRefused(problem)
  }

  function checkFor(url: URL, scheme: 'http' | 'rtsp') {
    if (url.protocol !== `${scheme}:` && url.protocol !== `${scheme}s:`)
      throw refuse('scheme', `${url.protocol} is neither ${scheme} nor ${scheme}s`)
    const host = bare(url.hostname)
    // A stream address without a host would mean this computer.
    if (host === '' || (isIP(host) !== 0 && !isInside(host)))
      throw refuse('outside-networks', `"${host}" lies outside the camera networks`)
  }

  return {
    check: (url) => checkFor(url, 'http'),
    checkStream: (url) => checkFor(url, 'rtsp'),
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, found: readonly LookupAddress[] | undefined) => {
        const inside = (found ?? []).filter(({ address }) => isInside(address))
        const [one] = inside
        if (error) callback(error, '', 0)
        else if (!one) callback(refuse('outside-networks', `${hostname} lies outside the camera networks`), '', 0)
        else if (options.all) callback(null, inside)
        else callback(null, one.address, one.family)
      })
    },
  }
}

/**
 * An address that the camera handed out, made its own: behind NAT, or after a move, cameras name hosts that are not
 * they. Another port of the same host stays (media services often have one).
 */
export function ownAddress(camera: URL, handedOut: string): URL {
  const url = URL.canParse(handedOut, camera.href) ? new URL(handedOut, camera) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw cameraAddressRefused('the camera handed out an address that is neither http nor https')
  // Many cameras that are addressed by https hand out http: what was private stays private.
  const isDowngrade = camera.protocol === 'https:' && url.protocol === 'http:'
  if (url.hostname === camera.hostname && !isDowngrade) return withoutUser(url)
  const own = new URL(camera)
  own.pathname = url.pathname
  own.search = url.search
  return withoutUser(own)
}

/** The same for a stream: RTSP keeps its own port. */
export function ownStreamAddress(camera: URL, handedOut: string): string {
  const url = URL.canParse(handedOut) ? new URL(handedOut) : undefined
  if (url?.protocol !== 'rtsp:' && url?.protocol !== 'rtsps:')
    throw cameraAddressRefused('the camera handed out a stream address that is not RTSP')
  url.hostname = camera.hostname
  return withoutUser(url).href
}

/** Credentials are ours to give, and a URL with some would end up in logs. */
function withoutUser(url: URL): URL {
  url.username = ''
  url.password = ''
  url.hash = ''
  return url
}
