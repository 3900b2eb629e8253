import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Keeps secrets that we must present ourselves, such as camera passwords. */
export interface Vault {
  seal(secret: string, context: string): string
  /** Throws when the text was changed, sealed with another key or for another context. */
  open(sealed: string, context: string): string
  /** 32 bytes to sign with: the same for the same purpose, and nothing can be told from them of any other. */
  keyFor(purpose: string): Buffer
}

const algorithm = 'aes-256-gcm'

export function createVault(key: Buffer): Vault {
  return {
    seal(secret, context) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: 16 }).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return `v1:${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.replace(/^v1:/, ''), 'base64url')
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
    keyFor: (purpose) => Buffer.from(hkdfSync('sha256', key, 'gatehouse', purpose, 32)),
  }
}

/** The key lies beside the data, readable by the owner only: a copied database alone tells nothing. */
export async function openVault(folder: string): Promise<Vault> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'secrets.key')
  try {
    // `wx`: of two processes that start together one makes the key and both use it.
    await writeFile(path, randomBytes(32), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  await chmod(path, 0o600)
  const key = await readFile(path)
  if (key.length !== 32) throw new Error(`${path} does not hold a key of 32 bytes; restore it from a backup`)
  return createVault(key)
}
