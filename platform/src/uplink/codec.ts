import { promisify } from 'node:util'
import { gunzip, gzip, gzipSync } from 'node:zlib'
import { Compile } from 'typebox/compile'
import { uplinkGzipBytes, UplinkUp, type UplinkDown } from '../contract/index.ts'

/** What a message may grow to when it is unpacked. */
export const maxMessageBytes = 32 * 1024 * 1024
/** Compressing less than this is quicker than handing it to another thread. */
const compressAtOnceBytes = 64 * 1024

const unzip = promisify(gunzip)
const zip = promisify(gzip)
const up = Compile(UplinkUp)

const isCompressed = (payload: Uint8Array) => payload[0] === 0x1f && payload[1] === 0x8b

/** Reads one message of a gateway; rejects when it is damaged, too large or not of the protocol. */
export async function decodeUp(payload: Buffer): Promise<UplinkUp> {
  const json = isCompressed(payload) ? await unzip(payload, { maxOutputLength: maxMessageBytes }) : payload
  const message: unknown = JSON.parse(json.toString('utf8'))
  if (!up.Check(message)) throw new TypeError('not a message of the uplink protocol')
  return message
}

/** The bytes of one message to a gateway. */
export async function encodeDown(message: UplinkDown): Promise<Buffer> {
  const json = Buffer.from(JSON.stringify(message))
  if (json.length < uplinkGzipBytes) return json
  return json.length < compressAtOnceBytes ? gzipSync(json) : zip(json)
}
