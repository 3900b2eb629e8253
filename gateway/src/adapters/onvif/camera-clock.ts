import { childOf, textOf } from './xml.ts'

/** Below this the offset is noise: cameras tell whole seconds, and the request takes its time. */
const noiseMs = 1500
/** A change of the offset by more than this means that somebody set one of the clocks. */
export const stepMs = 5000

export interface TimeSource {
  readonly now: () => number
  /** Never steps; ms since any instant. */
  readonly monotonic: () => number
}

/** What a camera says of its time: `[UTC, what UTC would be if it labels its local time as UTC]`, ms. */
export type ToldTimes = readonly [number, ...number[]]

function instantOf(node: unknown): number | undefined {
  const number = (...path: string[]) => Number(textOf(childOf(node, ...path)) ?? Number.NaN)
  const instant = Date.UTC(
    number('Date', 'Year'),
    number('Date', 'Month') - 1,
    number('Date', 'Day'),
    number('Time', 'Hour'),
    number('Time', 'Minute'),
    number('Time', 'Second'),
  )
  return Number.isNaN(instant) ? undefined : instant
}

/** POSIX time zones count westwards: `CST-8` is 8 h east of Greenwich. */
function zoneMsOf(zone: string | undefined): number {
  const match = /^(?:<[^>]*>|[A-Za-z]+)([+-]?)(\d{1,2})(?::(\d{2}))?/.exec(zone ?? '')
  if (!match) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return (match[1] === '-' ? 1 : -1) * minutes * 60_000
}

export function toldTimes(body: unknown): ToldTimes | undefined {
  const told = childOf(body, 'GetSystemDateAndTimeResponse', 'SystemDateAndTime')
  const utc = instantOf(childOf(told, 'UTCDateTime'))
  const local = instantOf(childOf(told, 'LocalDateTime'))
  const zoneMs = zoneMsOf(textOf(childOf(told, 'TimeZone', 'TZ')))
  if (utc === undefined) return local === undefined ? undefined : [local - zoneMs]
  const isLocalLabelledUtc = local !== undefined && zoneMs !== 0 && Math.abs(utc - local) < 2000
  return isLocalLabelledUtc ? [utc, utc - zoneMs] : [utc]
}

/** The clock of one camera, carried on by our monotonic clock so that a step of ours changes nothing. */
export interface CameraClock {
  /** `sentAt` and the moment of the call, both monotonic, enclose the camera's answer. */
  take(times: ToldTimes, sentAt: number): void
  /** Reads the same answer the other way, if there is one; tells whether it did. */
  tryOther(): boolean
  /** Camera time now, UTC ms. */
  cameraNow(): number
  /** Camera clock minus ours, ms. */
  offsetMs(): number
  toOurs(cameraTime: number): number
}

export function createCameraClock({ now, monotonic }: TimeSource): CameraClock {
  /** How far the camera is ahead of our monotonic clock, one way of reading its answer after the other. */
  let readings: readonly number[] = []
  let chosen = 0

  const offsetMs = () => {
    const aheadOfMonotonic = readings[chosen] ?? readings[0]
    if (aheadOfMonotonic === undefined) return 0
    const offset = Math.round(monotonic() + aheadOfMonotonic - now())
    return Math.abs(offset) < noiseMs ? 0 : offset
  }

  return {
    take(times, sentAt) {
      const middle = (sentAt + monotonic()) / 2
      // The second that it tells has begun up to 1 s ago: half of that on average.
      readings = times.map((time) => time + 500 - middle)
    },
    tryOther() {
      chosen = chosen + 1 < readings.length ? chosen + 1 : 0
      return chosen !== 0
    },
    cameraNow: () => now() + offsetMs(),
    offsetMs,
    toOurs: (cameraTime) => cameraTime - offsetMs(),
  }
}
