import { listDevices, type Device, type DeviceChange } from '@gatehouse/platform/contract'
import { computed, onScopeDispose, shallowRef, triggerRef, watch } from 'vue'
import { call } from '../api/http'
import { useRealtime } from '../api/realtime'
import { batched } from './batched'
import { useResource } from './useResource'

/** A device after a change; changed readings join the others. */
export const withChange = (device: Device, change: DeviceChange): Device => ({
  ...device,
  ...change,
  readings: { ...device.readings, ...change.readings },
})

/** The devices of one compound ('' for the whole scope, `undefined` while it is not known yet), kept current. */
export function useDevices(compoundId: () => string | undefined) {
  const { data, error, reload } = useResource(async () => {
    const wanted = compoundId()
    return wanted === undefined ? [] : call(listDevices, { querystring: wanted === '' ? {} : { compoundId: wanted } })
  }, compoundId)
  const byId = shallowRef(new Map<string, Device>())
  watch(data, (devices) => (byId.value = new Map(devices?.map((device) => [device.id, device]))), { immediate: true })
  const publishSoon = batched(() => triggerRef(byId))
  const reloadSoon = batched(() => void reload())

  onScopeDispose(
    useRealtime().on('device:changed', (change) => {
      if (compoundId() !== '' && change.compoundId !== compoundId()) return
      const known = byId.value.get(change.id)
      if (!known) {
        reloadSoon()
        return
      } // added meanwhile
      byId.value.set(change.id, withChange(known, change))
      publishSoon()
    }),
  )
  return {
    byId,
    devices: computed(() => [...byId.value.values()]),
    isLoaded: computed(() => data.value !== undefined),
    error,
    reload,
  }
}
