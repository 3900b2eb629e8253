import { createCipheriv, createDecipheriv, randomBytes, scrypt, type ScryptOptions } from 'node:crypto'
import { archiveDamaged, passphraseNeeded, wrongPassphrase } from '../errors.ts'

/** First bytes of a sealed archive; a plain one begins like any gzip file. */
const magic = Buffer.from('GATEHOUSE-SEALED-1\n')
const saltBytes = 16
const tagBytes = 16
/** So much is sealed at once: a reader notices a changed byte before it uses what follows. */
const pieceBytes = 1024 * 1024
/** A tenth of a second and 64 MB a guess. */
const cost: ScryptOptions = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 }

const keyOf = (passphrase: string, salt: Buffer) =>
  new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })

/** Each piece has its number in its nonce: none can be left out, doubled or moved; the last one says that it is. */
function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(index), 4)
  return nonce
}
const labelOf = (isLast: boolean) => Buffer.from(isLast ? 'last' : 'more')

interface Piece {
  readonly bytes: Buffer
  readonly index: number
  readonly isLast: boolean
}

/** Cuts a stream into pieces of one size; the last one may be shorter, also empty. */
async function* piecesOf(chunks: AsyncIterable<Buffer>, size: number): AsyncGenerator<Piece> {
  let waiting: Buffer[] = []
  let length = 0
  let index = 0
  for await (const chunk of chunks) {
    waiting.push(chunk)
    length += chunk.length
    // One byte more than a piece: only then is it certain that this is not the last one.
    while (length > size) {
      const all = Buffer.concat(waiting)
      yield { bytes: all.subarray(0, size), index, isLast: false }
      index += 1
      waiting = [all.subarray(size)]
      length -= size
    }
  }
  yield { bytes: Buffer.concat(waiting), index, isLast: true }
}

/** AES-256-GCM with a key made from the passphrase by scrypt. */
export async function* seal(chunks: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const salt = randomBytes(saltBytes)
  const key = await keyOf(passphrase, salt)
  yield Buffer.concat([magic, salt])
  for await (const { bytes, index, isLast } of piecesOf(chunks, pieceBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index), { authTagLength: tagBytes })
    cipher.setAAD(labelOf(isLast))
    const sealed = [cipher.update(bytes), cipher.final()]
    yield Buffer.concat([...sealed, cipher.getAuthTag()])
  }
}

async function* unsealed(pieces: AsyncIterable<Piece>, key: Buffer): AsyncGenerator<Buffer> {
  for await (const { bytes, index, isLast } of pieces) {
    if (bytes.length < tagBytes) throw archiveDamaged('it ends too early')
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index), { authTagLength: tagBytes })
    decipher.setAAD(labelOf(isLast)).setAuthTag(bytes.subarray(-tagBytes))
    try {
      yield Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()])
    } catch {
      // The first piece tells a wrong key, any other one that it was changed.
      throw index === 0 ? wrongPassphrase() : archiveDamaged('it was changed after it was sealed, or cut off')
    }
  }
}

/** Opens what `seal` has made; a plain archive is handed through. */
export async function* unseal(chunks: AsyncIterable<Buffer>, passphrase: string | undefined): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  while (head.length < magic.length + saltBytes) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const rest = { [Symbol.asyncIterator]: () => iterator }
  if (!head.subarray(0, magic.length).equals(magic)) {
    yield head
    yield* rest
    return
  }
  if (passphrase === undefined) throw passphraseNeeded()
  const salt = head.subarray(magic.length, magic.length + saltBytes)
  const key = await keyOf(passphrase, salt)
  const body = (async function* () {
    yield head.subarray(magic.length + saltBytes)
    yield* rest
  })()
  yield* unsealed(piecesOf(body, pieceBytes + tagBytes), key)
}
