import { computed } from 'vue'
import { useCompounds } from '../../composables/useCompounds'
import { useDevices } from '../../composables/useDevices'

/** Compounds and lanes by the names that people call them, and the lanes as devices. */
export function useLaneNames(compoundId: () => string | undefined = () => '') {
  const { compounds } = useCompounds()
  const { byId, devices } = useDevices(compoundId)
  const names = computed(() => new Map(compounds.value.map(({ id, name }) => [id, name])))
  return {
    devices,
    deviceOf: (deviceId: string) => byId.value.get(deviceId),
    compoundName: (id: string) => names.value.get(id) ?? id,
    laneName: (laneId: string) => byId.value.get(laneId)?.name ?? laneId,
  }
}
