import { causeOf, originOf, textSetting, type House, type SignalHandlers } from '../../core/house.ts'

/** Smoke detectors and their like: what they raise is told, with the building they hang in. */
export function createSensorsArea({ store, devices }: House): { readonly signals: SignalHandlers } {
  return {
    signals: {
      'alarm-raised': async ({ alarm, severity, level }, context) => {
        const building = textSetting(devices.get(context.deviceId), 'building')
        const body = {
          eventId: context.eventId,
          alarm,
          severity,
          ...(level !== undefined && { level }),
          ...(building !== undefined && { building: building.slice(0, 64) }),
        }
        await store.commit({
          cause: causeOf(context),
          events: [{ type: 'sensors.alarm-raised', ...originOf(context), body }],
        })
      },
      'alarm-cleared': async ({ alarm }, context) => {
        await store.commit({
          cause: causeOf(context),
          events: [{ type: 'sensors.alarm-cleared', ...originOf(context), body: { eventId: context.eventId, alarm } }],
        })
      },
    },
  }
}
