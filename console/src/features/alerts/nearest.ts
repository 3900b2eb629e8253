import type { Device } from '@gatehouse/platform/contract'

const distance = (a: Device, b: Device | undefined) =>
  a.position && b?.position ? Math.hypot(a.position.x - b.position.x, a.position.y - b.position.y) : Infinity

/** Devices by their distance from another; those without a position come last, by name. */
export const nearestFirst = (devices: readonly Device[], from: Device | undefined) =>
  devices.toSorted((a, b) => {
    const difference = distance(a, from) - distance(b, from)
    return difference === 0 || Number.isNaN(difference) ? a.name.localeCompare(b.name, 'zh-CN') : difference
  })
