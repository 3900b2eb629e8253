import type { UplinkDown } from '../../contract/index.ts'
import type { GatewayLink } from '../../core/ports.ts'
import { AppError, compoundWithoutGateway, gatewayOffline } from '../../errors.ts'
import type { GatewaysService } from './gateways.service.ts'

/** The way from a compound to its gateway, now or not at all. */
export function createDeliveryService({
  link,
  gateways,
}: {
  readonly link: GatewayLink
  readonly gateways: GatewaysService
}) {
  return {
    /** The gateway of the compound; refused in words when there is none or it is away. */
    async reach(compoundId: string): Promise<string> {
      const gatewayId = await gateways.idOf(compoundId)
      if (gatewayId === undefined) throw compoundWithoutGateway(compoundId)
      if (!link.isOnline(gatewayId)) throw gatewayOffline(gatewayId)
      return gatewayId
    },

    /** Answers why the message could not be handed over, or nothing if it was. */
    async send(gatewayId: string, message: UplinkDown): Promise<AppError | undefined> {
      try {
        await link.send(gatewayId, message)
        return undefined
      } catch (error) {
        return error instanceof AppError ? error : gatewayOffline(gatewayId)
      }
    },
  }
}

export type DeliveryService = ReturnType<typeof createDeliveryService>
