import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SecretBox } from '../core/ports.ts'
import { badSecretKey } from '../errors.ts'

const algorithm = 'aes-256-gcm'
const prefix = 'sealed:v1:'

export function createSecretBox(key: Buffer): SecretBox {
  return {
    seal(secret, context) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: 16 }).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return prefix + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(sealed, context) {
      if (!sealed.startsWith(prefix)) return undefined
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url')
      try {
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 12), { authTagLength: 16 })
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28))
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
      } catch {
        // Another key, another device or changed bytes: the library does not tell which, and it makes no difference.
        return undefined
      }
    },
  }
}

/** The key lies beside the database, readable by its owner only: a copied database alone tells nothing. */
export async function openSecretBox(path: string): Promise<SecretBox> {
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(path, randomBytes(32), { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  await chmod(path, 0o600)
  const key = await readFile(path)
  if (key.length !== 32) throw badSecretKey(path)
  return createSecretBox(key)
}
