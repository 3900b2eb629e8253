import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { percentile } from './report.ts'

const syncs = 500
const page = Buffer.alloc(4096, 1)

export interface DiskFigures {
  readonly p50: number
  readonly p99: number
}

/** What the disk below `folder` takes for a page and its `fdatasync`, one after the other, ms. */
export async function diskFigures(folder: string): Promise<DiskFigures> {
  const path = join(folder, 'disk.probe')
  const file = await open(path, 'w')
  const took: number[] = []
  try {
    for (let done = 0; done < syncs; done += 1) {
      const started = performance.now()
      await file.write(page)
      await file.datasync()
      took.push(performance.now() - started)
    }
  } finally {
    await file.close()
    await rm(path)
  }
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}
