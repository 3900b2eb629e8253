/** Free room on a disk at one moment. */
export interface RoomSample {
  readonly at: number
  readonly freeBytes: number
}

export interface Headroom {
  /** Absent until it has been watched for long enough. */
  readonly bytesPerHour?: number
  /** Absent when the disk does not fill. */
  readonly headroomHours?: number
}

const hourMs = 3_600_000
/** Files come and go within minutes; only an hour shows where it leads. */
export const roomWindowMs = hourMs
/** A judgement on less would jump with every file. */
const shortestMs = 5 * 60_000
/** Less than this is no trend but the noise of a running system. */
const negligibleBytesPerHour = 1024

/** Adds a sample and forgets what is older than the window. */
export function withSample(samples: readonly RoomSample[], sample: RoomSample): RoomSample[] {
  return [...samples.filter(({ at }) => at > sample.at - roomWindowMs && at < sample.at), sample]
}

/** How fast the disk fills, and how long the room lasts at that rate. */
export function headroomOf(samples: readonly RoomSample[]): Headroom {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.at - first.at < shortestMs) return {}
  const bytesPerHour = ((first.freeBytes - last.freeBytes) / (last.at - first.at)) * hourMs
  if (bytesPerHour < negligibleBytesPerHour) return { bytesPerHour: 0 }
  return { bytesPerHour, headroomHours: last.freeBytes / bytesPerHour }
}
