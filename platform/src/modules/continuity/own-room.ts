import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlatformContinuity } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import { headroomOf, withSample, type RoomSample } from '../../domain/index.ts'

/** Enough for a few days of a street; below it a person must act. */
const lowBytes = 2 * 1024 ** 3

async function bytesIn(folder: string): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => undefined) // telemetry is kept elsewhere
  if (!names) return undefined
  // A file may be rolled up and gone between the two looks.
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** The platform's own disk: how much room there is, and how long it lasts. */
export function createOwnRoom({ folder, clock }: { readonly folder: string; readonly clock: Clock }) {
  let samples: readonly RoomSample[] = []

  const freeBytes = async () => {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  }

  return {
    /** To be called once a minute. */
    async sample(): Promise<void> {
      samples = withSample(samples, { at: clock.now(), freeBytes: await freeBytes() })
    },
    freeBytes,
    async report(): Promise<PlatformContinuity> {
      const free = await freeBytes()
      const telemetryBytes = await bytesIn(join(folder, 'telemetry'))
      return {
        at: clock.now(),
        disk: { freeBytes: free, ...headroomOf(samples), state: free < lowBytes ? 'low' : 'ok' },
        ...(telemetryBytes !== undefined && { telemetryBytes }),
        memoryBytes: process.memoryUsage.rss(),
      }
    },
  }
}

export type OwnRoom = ReturnType<typeof createOwnRoom>
