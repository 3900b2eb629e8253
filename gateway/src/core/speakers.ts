import type { DesiredDevice } from '@gatehouse/platform/contract'
import { nativeDialect, type UpChannel } from '../protocol/index.ts'
import type { MqttDriver, Translated } from './driver.ts'
import type { Devices, KnownDevice } from './house.ts'
import type { Clock, Speaker } from './ports.ts'
import { checkMessage, parseJson } from './wire-message.ts'

/** What another maker's device calls itself: the setting `sn`, or its id. */
export const serialOf = ({ deviceId, settings }: DesiredDevice): string =>
  typeof settings['sn'] === 'string' && settings['sn'] !== '' ? settings['sn'] : deviceId

/** Who calls itself so, and how it speaks. */
export function speakerOf(
  name: string,
  { devices, clock }: { readonly devices: Devices; readonly clock: Clock },
): Speaker {
  const device = devices.named(name)
  const codec = device?.driver.transport === 'mqtt' ? device.driver.codec : undefined
  if (!device || !codec) {
    return { deviceId: name, topicName: name, dialect: nativeDialect, encode: (payload) => ({ payload }) }
  }
  const { deviceId } = device.desired
  const topicName = serialOf(device.desired)
  return {
    ...{ deviceId, topicName, dialect: codec.dialect },
    encode: (command) => {
      // Settings may have changed since it signed in.
      const { settings } = (devices.get(deviceId) ?? device).desired
      const toTranslate = command as { readonly commandId: string; readonly op: string }
      return codec.encode({ command: toTranslate, topicName, settings, now: clock.now() })
    },
  }
}

/** What another maker's device says, in the form of the house. Throws INVALID_MESSAGE. */
export function translated(
  { desired, wire }: KnownDevice,
  codec: NonNullable<MqttDriver['codec']>,
  { channel, payload }: { readonly channel: UpChannel; readonly payload: Uint8Array },
): readonly Translated[] {
  const schema = wire?.foreign[channel]
  if (!schema) return []
  const message = checkMessage(parseJson(payload), schema)
  return codec.up[channel]?.translate(message as never, desired.settings) ?? []
}
