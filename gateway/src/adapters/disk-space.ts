import { statfs } from 'node:fs/promises'

/** What may still be written where the folder lies. */
export async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
