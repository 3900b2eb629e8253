import { getDevice } from '@gatehouse/platform/contract'
import { onScopeDispose } from 'vue'
import { call } from '../api/http'
import { useRealtime } from '../api/realtime'
import { withChange } from './useDevices'
import { useResource } from './useResource'

/** One device, loaded once and then kept current by the platform's events. */
export function useDevice(deviceId: () => string) {
  const {
    data: device,
    error,
    reload,
  } = useResource(() => call(getDevice, { params: { deviceId: deviceId() } }), deviceId)
  onScopeDispose(
    useRealtime().on('device:changed', (change) => {
      if (change.id !== deviceId()) return
      if (device.value) device.value = withChange(device.value, change)
      else void reload() // the change overtook the first answer
    }),
  )
  return { device, error, reload }
}
