import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

/** A signed word, outside the database, on how far the chain went. */
export interface Anchor {
  readonly number: number
  readonly hash: string
  readonly at: number
}
/** A line of the file: an anchor that counts, or what is wrong with it. */
export type AnchorLine = { readonly anchor: Anchor } | { readonly line: number; readonly problem: string }

export interface AnchorFile {
  /** Durable when it resolves. */
  append(anchor: Anchor): Promise<void>
  /** What was there when it was called, in order. */
  read(): Promise<AsyncIterable<AnchorLine>>
  last(): Anchor | undefined
}

const Line = Type.Object({
  number: Type.Integer(),
  hash: Type.String(),
  at: Type.Integer(),
  previous: Type.String(),
  signature: Type.String(),
})
type Line = Anchor & { readonly previous: string; readonly signature: string }

const keyName = 'audit-anchors.key'
const first = '0'.repeat(64)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const signed = ({ number, hash, at, previous }: Omit<Line, 'signature'>) =>
  Buffer.from(JSON.stringify(['gatehouse-audit-anchor-1', number, hash, at, previous]))

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code

/** Ed25519: who checks the anchors elsewhere needs the public key only and could not have written them. */
async function openKey(folder: string): Promise<KeyObject> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, keyName)
  const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  // `wx`: of two processes that start together one makes the key and both use it.
  await writeFile(path, made, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!isCode(error, 'EEXIST')) throw error
  })
  await chmod(path, 0o600)
  const key = createPrivateKey(await readFile(path))
  const told = createPublicKey(key).export({ type: 'spki', format: 'pem' })
  await writeFile(join(folder, 'audit-anchors.pub'), told, { mode: 0o644 })
  return key
}

function parse(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(Line, value) ? value : undefined
  } catch {
    return undefined // not JSON: the caller says so
  }
}

/** The end of the file: how far its whole lines go, and the last of them. */
async function endOf(path: string): Promise<{ readonly size: number; readonly whole: number; readonly last: string }> {
  let file
  try {
    file = await open(path, 'r')
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, 4096))
    await file.read(tail, 0, tail.length, size - tail.length)
    const whole = tail.lastIndexOf(0x0a)
    const last = tail.subarray(0, Math.max(whole, 0)).toString('utf8')
    return { size, whole: size - tail.length + whole + 1, last: last.slice(last.lastIndexOf('\n') + 1) }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return { size: 0, whole: 0, last: '' }
    throw error
  } finally {
    await file?.close()
  }
}

/** What a crash or a full disk left of a line is no anchor. */
async function mend(path: string): Promise<void> {
  const { size, whole } = await endOf(path)
  if (whole < size) await truncate(path, whole)
}

function problemOf(line: Line | undefined, before: { previous: string; number: number }, key: KeyObject) {
  if (!line) return 'is not an anchor'
  if (!verify(null, signed(line), key, Buffer.from(line.signature, 'base64url')))
    return 'has no valid signature: it was changed, or signed with another key'
  if (line.previous !== before.previous) return 'does not follow the anchor before it: one is missing or out of order'
  return line.number <= before.number ? 'goes back behind the anchor before it' : undefined
}

async function* check(path: string, size: number, key: KeyObject): AsyncGenerator<AnchorLine> {
  if (size === 0) return
  const lines = createInterface({ input: createReadStream(path, { end: size - 1 }), crlfDelay: Infinity })
  let before = { previous: first, number: 0 }
  let count = 0
  for await (const text of lines) {
    count += 1
    const line = parse(text)
    const problem = problemOf(line, before, key)
    if (problem !== undefined) yield { line: count, problem }
    else if (line) yield { anchor: { number: line.number, hash: line.hash, at: line.at } }
    before = { previous: sha256(text), number: Math.max(before.number, line?.number ?? 0) }
  }
}

const nameOf = (folder: string) => join(folder, 'audit-anchors.jsonl')

/** Reads only, for a tool beside a running platform. A line that is just being written does not count yet. */
export async function readAnchors(folder: string): Promise<AsyncIterable<AnchorLine>> {
  const path = nameOf(folder)
  const { whole } = await endOf(path)
  if (whole === 0) return check(path, 0, generateKeyPairSync('ed25519').publicKey)
  return check(path, whole, createPublicKey(await readFile(join(folder, keyName))))
}

/** The one writer of the file. */
export async function openAnchors(folder: string): Promise<AnchorFile> {
  const key = await openKey(folder)
  const path = nameOf(folder)
  await mend(path)
  const { last } = await endOf(path)
  let previous = last === '' ? first : sha256(last)
  let newest: Anchor | undefined = last === '' ? undefined : parse(last)

  async function write(text: string) {
    const file = await open(path, 'a', 0o600)
    try {
      await file.appendFile(text)
      await file.datasync()
    } finally {
      await file.close()
    }
  }

  return {
    async append({ number, hash, at }) {
      const line = { number, hash, at, previous }
      const text = JSON.stringify({ ...line, signature: sign(null, signed(line), key).toString('base64url') })
      await write(`${text}\n`).catch(async (error: unknown) => {
        await mend(path)
        throw error
      })
      previous = sha256(text)
      newest = { number, hash, at }
    },
    read: async () => check(path, (await endOf(path)).whole, createPublicKey(key)),
    last: () => newest,
  }
}
