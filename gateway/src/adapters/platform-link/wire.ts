import { uplinkGzipBytes, UplinkDown, type UplinkUp } from '@gatehouse/platform/contract'
import { Compile } from 'typebox/compile'
import { promisify } from 'node:util'
import { gunzip, gzip, gzipSync } from 'node:zlib'
import { readAside } from './large-message.ts'

const zip = promisify(gzip)
const unzip = promisify(gunzip)
const down = Compile(UplinkDown)

/** A million permits take about half of this. */
const maxMessageBytes = 192 * 1024 * 1024
/** Compressing less than this is quicker than handing it to another thread. */
const compressAtOnceBytes = 16 * 1024
/** Reading more than this at once would be felt at the lanes. */
const readAtOnceBytes = 512 * 1024

/** The bytes of one message to the platform. */
export async function encodeUp(message: UplinkUp): Promise<Buffer> {
  const json = Buffer.from(JSON.stringify(message))
  if (json.length < uplinkGzipBytes) return json
  return json.length < compressAtOnceBytes ? gzipSync(json) : zip(json)
}

/** Reads one message of the platform; rejects when it is damaged, too large or not of the protocol. */
export async function decodeDown(payload: Buffer): Promise<UplinkDown> {
  const isCompressed = payload[0] === 0x1f && payload[1] === 0x8b
  const json = isCompressed ? await unzip(payload, { maxOutputLength: maxMessageBytes }) : payload
  // It was checked where it was read.
  if (json.length > readAtOnceBytes) return (await readAside(json)) as UplinkDown
  const message: unknown = JSON.parse(json.toString('utf8'))
  if (!down.Check(message)) throw new TypeError('not a message of the uplink protocol')
  return message
}
