import type { Device, TelemetryPoint, TelemetrySeries } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import { invalidInput } from '../../errors.ts'
import type { WriteBody, WriteOutcome } from './store/messages.ts'
import type { SeriesQuery } from './store/read-series.ts'

export type { SeriesQuery, WriteBody, WriteOutcome }

/** Asks the history of one reading. Intervals without values are left out. */
export interface TelemetryReader {
  series(query: SeriesQuery): Promise<TelemetryPoint[]>
}

/** Takes line protocol from a gateway: durable when it resolves. */
export interface TelemetryWriter {
  write(body: WriteBody): Promise<WriteOutcome>
}

/** What this module needs to know of devices; rejects when the device is outside the caller's scope. */
export interface DeviceLookup {
  get(caller: Caller, deviceId: string): Promise<Pick<Device, 'id' | 'kind' | 'compoundId'>>
}

/** The gateway of a compound: what another one wrote under the name of its devices counts nothing. */
export interface GatewayLookup {
  idOf(compoundId: string): Promise<string | undefined>
}

export interface TelemetryPorts {
  readonly devices: DeviceLookup
  readonly gateways: GatewayLookup
  readonly reader: TelemetryReader
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** Steps that people read easily. */
const steps = [1, 2, 5, 10, 15, 30]
const niceIntervals = [
  ...steps.map((step) => step * second),
  ...steps.map((step) => step * minute),
  ...[1, 2, 3, 6, 12].map((step) => step * hour),
  ...[1, 2, 7, 14, 28, 91, 364].map((step) => step * day),
]

interface Range {
  readonly from: number
  readonly to: number
}

/** The shortest nice interval that cuts the range into at most `points` pieces. */
export function intervalFor({ from, to }: Range, points: number): number {
  const pieces = (interval: number) => Math.floor((to - 1) / interval) - Math.floor(from / interval) + 1
  const nice = niceIntervals.find((interval) => pieces(interval) <= points)
  if (nice !== undefined) return nice
  let interval = 364 * day
  while (pieces(interval) > points) interval *= 2
  return interval
}

/** Whole minutes or hours where intervals are that long, so that every store can answer from its roll-ups. */
function widen({ from, to }: Range, interval: number): Range {
  const step = [hour, minute].find((length) => interval % length === 0) ?? 1
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step }
}

interface SeriesRequest extends Range {
  readonly deviceId: string
  readonly reading: string
  readonly points?: number
}

export function createTelemetryService({ devices, gateways, reader }: TelemetryPorts) {
  async function series(caller: Caller, request: SeriesRequest): Promise<TelemetrySeries> {
    const { deviceId, reading, from, to, points = 300 } = request
    if (from >= to) throw invalidInput('"from" must lie before "to"')
    const device = await devices.get(caller, deviceId)
    const intervalMs = intervalFor({ from, to }, points)
    const gatewayId = await gateways.idOf(device.compoundId)
    if (gatewayId === undefined) return { deviceId, reading, intervalMs, points: [] }
    const range = widen({ from, to }, intervalMs)
    const query = { deviceId: device.id, kind: device.kind, reading, gatewayId, intervalMs, ...range }
    return { deviceId, reading, intervalMs, points: await reader.series(query) }
  }

  return { series }
}

export type TelemetryService = ReturnType<typeof createTelemetryService>
