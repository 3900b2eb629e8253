import type { Alert, Device, PlanPosition, Severity, SitePlan } from '@gatehouse/platform/contract'

export type PlanShape = SitePlan['shapes'][number]

/** Leaflet counts latitude first; on a plan that is y. */
export const toLatLng = ({ x, y }: PlanPosition): [number, number] => [y, x]

/** Two points make a line, more an area. */
export const isArea = ({ points }: PlanShape) => points.length > 2

export const placedDevices = (devices: readonly Device[]) =>
  devices.flatMap((device) => (device.position ? [{ device, position: device.position }] : []))

/** The corners of what there is to see; a plan may have much blank paper around it. */
export function planExtent({ width, height, shapes }: SitePlan, devices: readonly Device[]) {
  const seen = [...shapes.flatMap(({ points }) => points), ...placedDevices(devices).map(({ position }) => position)]
  // A single spot has no size.
  const points =
    seen.length > 1
      ? seen
      : [
          { x: 0, y: 0 },
          { x: width, y: height },
        ]
  const xs = points.map(({ x }) => x)
  const ys = points.map(({ y }) => y)
  return {
    lower: { x: Math.min(...xs), y: Math.min(...ys) },
    upper: { x: Math.max(...xs), y: Math.max(...ys) },
  }
}

const urgency: Readonly<Record<Severity, number>> = { minor: 1, major: 2, critical: 3 }

/** The most urgent alert of each device that nobody has closed. */
export function alertsByDevice(alerts: readonly Alert[]): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>()
  for (const { deviceId, severity, state } of alerts) {
    if (deviceId === undefined || state === 'resolved') continue
    const known = worst.get(deviceId)
    if (known === undefined || urgency[severity] > urgency[known]) worst.set(deviceId, severity)
  }
  return worst
}
