import type { UplinkUp } from '@gatehouse/platform/contract'
import { delay } from '../../core/retry.ts'

export type ReadingsMessage = Extract<UplinkUp, { type: 'readings' }>

export interface LastReadings {
  readonly at: number
  readonly readings: Readonly<Record<string, boolean | number | string>>
}

export interface ReadingsSnapshotOptions {
  /** The last known values of every device. */
  readonly lastReadings: () => ReadonlyMap<string, LastReadings>
  readonly send: (message: ReadingsMessage) => Promise<void>
}

const devicesPerMessage = 500
/** The platform drops readings of a gateway that sends them faster than it reads. */
const pauseMs = 50

/** Tells what stands in the house now, for whoever did not hear what was reported meanwhile. */
export function createReadingsSnapshot({ lastReadings, send }: ReadingsSnapshotOptions) {
  /** Looked up when they are sent: a device may have reported since the first piece. */
  function valuesOf(deviceIds: readonly string[]): ReadingsMessage['devices'] {
    const known = lastReadings()
    return Object.fromEntries(
      deviceIds.flatMap((deviceId) => {
        const last = known.get(deviceId)
        return last ? [[deviceId, { at: last.at, readings: { ...last.readings } }]] : []
      }),
    )
  }

  return async (signal: AbortSignal): Promise<void> => {
    const deviceIds = [...lastReadings().keys()]
    for (let from = 0; from < deviceIds.length && !signal.aborted; from += devicesPerMessage) {
      await send({ type: 'readings', devices: valuesOf(deviceIds.slice(from, from + devicesPerMessage)) })
      await delay(pauseMs, signal)
    }
  }
}
