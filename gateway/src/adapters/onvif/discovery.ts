import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { childOf, childrenOf, parseXml, textOf } from './xml.ts'

export interface DiscoveredCamera {
  /** Stable identity of the camera, usually `urn:uuid:…`. */
  readonly endpoint: string
  /** Addresses of its device service, as it says itself. */
  readonly xaddrs: readonly string[]
  readonly scopes: { readonly name?: string; readonly hardware?: string; readonly location?: string }
}

export interface DiscoveryOptions {
  /** Local address of the interface to look on. */
  readonly interfaceAddress: string
  readonly timeoutMs: number
  /** Other than the multicast group of WS-Discovery: one camera, or a relay behind a router. */
  readonly target?: { readonly address: string; readonly port: number }
}

const multicast = { address: '239.255.255.250', port: 3702 }
/** A street that answers at once overruns the default 208 KiB: 129 to 185 of 545 cameras were found with it. */
const receiveBufferBytes = 4 * 1024 * 1024
/** When probes go out, as a share of the time: datagrams get lost. */
const probeTimes = [0, 0.2, 0.45]
const mostCameras = 10_000
const longestText = 300

const discovery = 'http://schemas.xmlsoap.org/ws/2005/04/discovery'

const probe = () =>
  `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">` +
  `<s:Header><a:Action s:mustUnderstand="1">${discovery}/Probe</a:Action><a:MessageID>uuid:${randomUUID()}</a:MessageID>` +
  `<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>` +
  `<s:Body><d:Probe xmlns:d="${discovery}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>`

const words = (node: unknown) => (textOf(node) ?? '').split(/\s+/).filter((word) => word !== '')

/** Scopes are percent-encoded, as UTF-8 where the firmware is careful. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // another encoding: better as it came than not at all
  }
}

function scopesOf(node: unknown): DiscoveredCamera['scopes'] {
  const scopes = words(node)
  const value = (name: string) => {
    const prefix = `onvif://www.onvif.org/${name}/`
    const scope = scopes.find((one) => one.startsWith(prefix))
    return scope === undefined ? {} : { [name]: decoded(scope.slice(prefix.length)).slice(0, longestText) }
  }
  return { ...value('name'), ...value('hardware'), ...value('location') }
}

const isHttp = (address: string) => URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)

/** All cameras in one datagram: devices that speak for many put several matches into it. */
export function camerasOf(datagram: string): readonly DiscoveredCamera[] {
  const matches = childOf(parseXml(datagram), 'Envelope', 'Body', 'ProbeMatches')
  return childrenOf(matches, 'ProbeMatch').flatMap((match) => {
    const endpoint = textOf(childOf(match, 'EndpointReference', 'Address'))?.slice(0, longestText)
    const xaddrs = words(childOf(match, 'XAddrs')).filter(isHttp).slice(0, 8)
    if (endpoint === undefined || xaddrs.length === 0) return []
    return [{ endpoint, xaddrs, scopes: scopesOf(childOf(match, 'Scopes')) }]
  })
}

const bound = (socket: Socket, address: string) =>
  new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(0, address, () => {
      socket.off('error', reject)
      resolve()
    })
  })

function listen(socket: Socket, found: Map<string, DiscoveredCamera>): void {
  socket.on('message', (datagram) => {
    if (found.size >= mostCameras) return
    try {
      for (const camera of camerasOf(datagram.toString('utf8'))) found.set(camera.endpoint, camera)
    } catch {
      // Anybody may send anything here; what is no answer is none.
    }
  })
}

/** Probes as long as it listens; rejects when the interface cannot send. */
function probeFor(socket: Socket, { timeoutMs, target = multicast }: DiscoveryOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    const timers = probeTimes.map((share) =>
      setTimeout(() => socket.send(probe(), target.port, target.address), share * timeoutMs),
    )
    timers.push(setTimeout(resolve, timeoutMs))
    socket.once('close', () => timers.forEach(clearTimeout))
  })
}

/** WS-Discovery: every camera that answers within the time, once. */
export async function discoverCameras(options: DiscoveryOptions): Promise<readonly DiscoveredCamera[]> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBufferBytes })
  const found = new Map<string, DiscoveredCamera>()
  try {
    await bound(socket, options.interfaceAddress)
    socket.setMulticastInterface(options.interfaceAddress)
    listen(socket, found)
    await probeFor(socket, options)
  } finally {
    socket.close()
  }
  return [...found.values()]
}
