import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Pictures by the SHA-256 of their bytes. */
export interface BlobStore {
  /** On disk, whole, when it resolves. */
  put(sha256: string, bytes: Uint8Array): Promise<void>
  /** The open file, which the caller closes; `undefined` if there is none. */
  open(sha256: string): Promise<FileHandle | undefined>
  hasSpaceFor(bytes: number): Promise<boolean>
}

/** Room that pictures leave to the database. */
const reservedBytes = 512 * 1024 * 1024

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'
const orMissing = (error: unknown): undefined => {
  if (!isMissing(error)) throw error
  return undefined
}

async function syncFolder(path: string) {
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}

/** A folder; two hex digits of the name make 256 sub-folders. */
export async function openBlobStore(folder: string): Promise<BlobStore> {
  const incoming = join(folder, 'incoming')
  // What a crash left half-written is of no use to anybody.
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)

  async function write(path: string, bytes: Uint8Array) {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  return {
    async put(sha256, bytes) {
      const path = pathOf(sha256)
      if (await stat(path).catch(orMissing)) return
      const temporary = join(incoming, randomUUID())
      await write(temporary, bytes)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      // A name appears only when its content is complete, and stays when the power fails.
      await rename(temporary, path)
      await syncFolder(dirname(path))
    },
    open: (sha256) => open(pathOf(sha256), 'r').catch(orMissing),
    async hasSpaceFor(bytes) {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize - bytes > reservedBytes
    },
  }
}
