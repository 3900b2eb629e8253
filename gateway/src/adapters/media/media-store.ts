import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger, MediaStore } from '../../core/ports.ts'
import { mediaTooLarge } from '../../errors.ts'
import { maxMediaBytes } from '../../protocol/index.ts'

export interface MediaStoreOptions {
  readonly logger: Logger
  /** Of all pictures; beyond it the oldest go. */
  readonly maxBytes?: number | undefined
}

export interface FolderMediaStore extends MediaStore {
  status(): { readonly bytes: number; readonly capacityBytes: number; readonly dropped: number }
  /** Deletes the oldest pictures that are not `needed`, about `wantedBytes` of them. Answers how many bytes that freed. */
  release(wantedBytes: number, needed: ReadonlySet<string>): Promise<number>
}

const namePattern = /^[0-9a-f]{64}$/
/** Making room goes over all pictures, so it makes enough for a while. */
const roomShare = 0.1

/** Pictures as files named by their SHA-256, in 256 folders. A file is whole or it is not there. */
export async function openMediaStore(folder: string, options: MediaStoreOptions): Promise<FolderMediaStore> {
  const { logger, maxBytes = 8 * 1024 ** 3 } = options
  const incoming = join(folder, 'incoming')
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true })
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  let bytes = (await listPictures(folder)).reduce((sum, { size }) => sum + size, 0)
  let dropped = 0
  let makingRoom: Promise<void> | undefined

  async function makeRoom(): Promise<void> {
    const pictures = (await listPictures(folder)).sort((a, b) => a.storedAt - b.storedAt)
    bytes = pictures.reduce((sum, { size }) => sum + size, 0)
    for (const { sha256, size } of pictures) {
      if (bytes <= maxBytes * (1 - roomShare)) break
      await rm(pathOf(sha256), { force: true })
      bytes -= size
      dropped += 1
    }
    logger.warn({ maxBytes, dropped }, 'the picture folder is full, the oldest pictures were deleted')
  }

  return {
    status: () => ({ bytes, capacityBytes: maxBytes, dropped }),
    release: async (wantedBytes, needed) => {
      let freed = 0
      for (const { sha256, size } of (await listPictures(folder)).sort((a, b) => a.storedAt - b.storedAt)) {
        if (freed >= wantedBytes) break
        if (needed.has(sha256)) continue
        await rm(pathOf(sha256), { force: true })
        freed += size
        bytes -= size
        dropped += 1
      }
      return freed
    },
    get: async (sha256) => {
      if (!namePattern.test(sha256)) return undefined
      return readFile(pathOf(sha256)).catch(unlessMissing)
    },
    put: async (picture) => {
      if (picture.length > maxMediaBytes) throw mediaTooLarge(maxMediaBytes)
      const sha256 = createHash('sha256').update(picture).digest('hex')
      const path = pathOf(sha256)
      if (await stat(path).catch(unlessMissing)) return sha256
      if (bytes + picture.length > maxBytes) {
        makingRoom ??= makeRoom().finally(() => (makingRoom = undefined))
        await makingRoom
      }
      await writeWhole({ path, incoming, picture })
      bytes += picture.length
      return sha256
    },
  }
}

async function writeWhole(file: { path: string; incoming: string; picture: Uint8Array }): Promise<void> {
  const part = join(file.incoming, randomUUID())
  const folder = join(file.path, '..')
  const handle = await open(part, 'wx')
  try {
    await handle.writeFile(file.picture)
    await handle.sync()
  } catch (error) {
    await unlink(part)
    throw error
  } finally {
    await handle.close()
  }
  await mkdir(folder, { recursive: true })
  await rename(part, file.path)
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

interface StoredPicture {
  readonly sha256: string
  readonly size: number
  readonly storedAt: number
}

async function listPictures(folder: string): Promise<StoredPicture[]> {
  const found: StoredPicture[] = []
  for (const part of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue
    for (const sha256 of await readdir(join(folder, part))) {
      const file = await stat(join(folder, part, sha256)).catch(unlessMissing)
      if (file) found.push({ sha256, size: file.size, storedAt: file.mtimeMs })
    }
  }
  return found
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
