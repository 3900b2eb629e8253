import type { TelemetryPoint } from '../../core/ports.ts'

const escapeName = (text: string) => text.replace(/[\r\n]/g, ' ').replace(/[\\,= ]/g, '\\$&')

/** Series that are written out once and then looked up; a house has fewer, an attacker cannot make it grow. */
const maxCached = 50_000

/** Writes points as InfluxDB line protocol: measurement = kind, tags device and gateway, all fields floats. */
export function createLineEncoder(gatewayId: string): (point: TelemetryPoint) => string | undefined {
  const series = new Map<string, string>()
  const names = new Map<string, string>()
  const cached = (cache: Map<string, string>, key: string, make: () => string) => {
    const known = cache.get(key)
    if (known !== undefined) return known
    if (cache.size >= maxCached) cache.clear()
    const made = make()
    cache.set(key, made)
    return made
  }

  return ({ deviceId, kind, at, fields }) => {
    let written = ''
    for (const name in fields) {
      const value = fields[name]
      if (value === undefined || !Number.isFinite(value)) continue
      written += `${written === '' ? ' ' : ','}${cached(names, name, () => escapeName(name))}=${value}`
    }
    if (written === '') return undefined
    const makeSeries = () => `${escapeName(kind)},device=${escapeName(deviceId)},gateway=${escapeName(gatewayId)}`
    return `${cached(series, `${kind} ${deviceId}`, makeSeries)}${written} ${Math.trunc(at)}`
  }
}
