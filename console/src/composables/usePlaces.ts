import type { Alert, Device } from '@gatehouse/platform/contract'
import { useCompounds } from './useCompounds'

/** Where something happened, in words: the device, its place and, when several are watched, the compound. */
export function usePlaces(deviceOf: (deviceId: string) => Device | undefined) {
  const { compounds, chosenId } = useCompounds()
  return ({ deviceId, compoundId }: Pick<Alert, 'deviceId' | 'compoundId'>): string => {
    const device = deviceId === undefined ? undefined : deviceOf(deviceId)
    const compound = compounds.value.find(({ id }) => id === compoundId)
    const parts = [
      chosenId.value === '' && (compound?.name ?? compoundId),
      device && !device.name.includes(device.place) && device.place,
      device?.name ?? deviceId,
    ]
    return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' · ')
  }
}
