import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

const fileName = 'position'

/** A digit that a disk has changed would make us forget what was never shipped. */
const checksum = (position: string) => crc32(position).toString(16).padStart(8, '0')

/** How far the log was shipped. Unreadable counts as "nothing": shipping a point twice does no harm. */
export async function loadPosition(folder: string): Promise<number> {
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => '')
  // Earlier versions wrote no checksum.
  const [, position = '0', sum] = /^(\d{1,16})(?: ([0-9a-f]{8}))?\n$/.exec(text) ?? []
  return sum === undefined || sum === checksum(position) ? Number(position) : 0
}

export async function savePosition(folder: string, position: number): Promise<void> {
  const next = join(folder, `${fileName}.next`)
  const file = await open(next, 'w')
  try {
    await file.write(`${position} ${checksum(String(position))}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(next, join(folder, fileName))
}
