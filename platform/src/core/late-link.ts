import { gatewayOffline } from '../errors.ts'
import type { GatewayLink } from './ports.ts'

/** Services need the way down before the uplink, which needs the services, is open. */
export function createLateLink() {
  let opened: GatewayLink | undefined
  let connected = () => false
  const link: GatewayLink = {
    isOnline: (gatewayId) => opened?.isOnline(gatewayId) ?? false,
    disconnect: (gatewayId) => opened?.disconnect?.(gatewayId),
    tlsPort: () => opened?.tlsPort?.(),
    async send(gatewayId, message) {
      if (!opened) throw gatewayOffline(gatewayId)
      await opened.send(gatewayId, message)
    },
  }
  return {
    link,
    /** Whether messages can go up and down at all. */
    isConnected: () => connected(),
    open(uplink: { readonly link: GatewayLink; readonly isConnected: () => boolean }) {
      opened = uplink.link
      connected = uplink.isConnected
    },
  }
}
