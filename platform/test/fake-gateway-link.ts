import type { UplinkDown } from '../src/contract/index.ts'
import type { GatewayLink } from '../src/core/ports.ts'
import { gatewayOffline } from '../src/errors.ts'

/** Stands where the uplink would: keeps what was sent to gateways that are connected. */
export function createFakeLink() {
  const online = new Set<string>()
  const sent: { readonly gatewayId: string; readonly message: UplinkDown }[] = []
  const disconnected: string[] = []
  const link: GatewayLink = {
    disconnect: (gatewayId) => void disconnected.push(gatewayId),
    tlsPort: () => 8884,
    isOnline: (gatewayId) => online.has(gatewayId),
    async send(gatewayId, message) {
      if (!online.has(gatewayId)) throw gatewayOffline(gatewayId)
      sent.push({ gatewayId, message })
    },
  }
  return { link, online, sent, disconnected }
}
