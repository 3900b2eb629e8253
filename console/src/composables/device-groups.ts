import type { Device } from '@gatehouse/platform/contract'

export interface DeviceGroup {
  readonly key: string
  readonly devices: readonly Device[]
  readonly online: number
}

/** Devices in groups by a property, groups and members in a steady order. */
export function groupDevices(devices: readonly Device[], by: 'kind' | 'place'): readonly DeviceGroup[] {
  const groups = Object.groupBy(devices, (device) => device[by])
  return Object.entries(groups)
    .map(([key, members = []]) => ({
      key,
      devices: members.toSorted((a, b) => a.name.localeCompare(b.name, 'zh-CN', { numeric: true })),
      online: members.filter(({ online }) => online).length,
    }))
    .sort((a, b) => a.key.localeCompare(b.key, 'zh-CN', { numeric: true }))
}
