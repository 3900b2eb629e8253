import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { IdentityStore, MachineIdentity } from '../../core/ports.ts'
import { badIdentity } from '../../errors.ts'

const Pem = Type.String({ minLength: 1, maxLength: 16_384 })
const StoredIdentity = Type.Object({
  gatewayId: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
  platformUrl: Type.String({ pattern: '^https?://' }),
  uplinkUrl: Type.String({ pattern: '^mqtts://' }),
  certificate: Pem,
  key: Pem,
  ca: Pem,
})

/** One file, so that key and certificate always belong together. */
const fileIn = (folder: string) => join(folder, 'identity.json')

async function syncFolder(folder: string) {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** The whole identity or the one before it: a power cut leaves nothing in between. */
export async function saveIdentity(folder: string, identity: MachineIdentity): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = fileIn(folder)
  const draft = `${path}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.chmod(0o600) // a draft that was left behind may have been made otherwise
    await handle.writeFile(JSON.stringify(identity, undefined, 2))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, path)
  await syncFolder(folder)
  await syncFolder(dirname(folder))
}

async function read(path: string): Promise<MachineIdentity | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw badIdentity(path, 'it cannot be read', { cause: error })
  }
  // Copied by hand it may have become readable for others.
  await chmod(path, 0o600)
  try {
    const stored: unknown = JSON.parse(text)
    if (Value.Check(StoredIdentity, stored)) return stored
  } catch (error) {
    throw badIdentity(path, 'it is damaged', { cause: error })
  }
  throw badIdentity(path, 'it is damaged')
}

/** What the gateway got by enrolling; nothing if it never did. */
export async function openIdentity(folder: string): Promise<IdentityStore | undefined> {
  const stored = await read(fileIn(folder))
  if (!stored) return undefined
  let current = stored
  const listeners = new Set<() => void>()
  return {
    current: () => current,
    onReplaced: (listener) => void listeners.add(listener),
    async replace(renewed) {
      const next = { ...current, ...renewed }
      await saveIdentity(folder, next)
      current = next
      for (const listener of listeners) listener()
    },
  }
}
