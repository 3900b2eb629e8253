import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

const fileName = 'position'

/** How far the log was shipped. Unreadable counts as "nothing": shipping a point twice does no harm. */
export async function loadPosition(folder: string): Promise<number> {
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => '')
  return /^\d{1,16}\n$/.test(text) ? Number(text) : 0
}

export async function savePosition(folder: string, position: number): Promise<void> {
  const next = join(folder, `${fileName}.next`)
  const file = await open(next, 'w')
  try {
    await file.write(`${position}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(next, join(folder, fileName))
}
