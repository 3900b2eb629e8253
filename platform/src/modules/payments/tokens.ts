import { isSame, signed } from '../../core/signing.ts'

export interface LaneVersion {
  readonly laneId: string
  readonly version: number
}

/** What a QR code says: the lane, its version, and 132 bits that only we can make. */
export const laneToken = (key: Buffer, { laneId, version }: LaneVersion) =>
  `${laneId}.${version}.${signed(key, `lane ${laneId} ${version}`)}`

export function readLaneToken(key: Buffer, token: string): LaneVersion | undefined {
  const [laneId = '', version = '', mac = ''] = token.split('.')
  const read = { laneId, version: Number(version) }
  return isSame(token, laneToken(key, read)) && mac !== '' ? read : undefined
}

export interface Quote {
  readonly sessionId: string
  readonly fen: number
  /** UTC ms: the amount is right at that moment, and may be paid for a while. */
  readonly quotedAt: number
}

const signQuote = (key: Buffer, laneId: string, body: string) => signed(key, `quote ${laneId} ${body}`)

/** Good at the lane that it was made for only. */
export function quoteToken(key: Buffer, laneId: string, { sessionId, fen, quotedAt }: Quote): string {
  const body = `${fen.toString(36)}.${quotedAt.toString(36)}.${Buffer.from(sessionId).toString('base64url')}`
  return `${body}.${signQuote(key, laneId, body)}`
}

export function readQuote(key: Buffer, laneId: string, token: string): Quote | undefined {
  const [fen = '', quotedAt = '', session = '', mac = ''] = token.split('.')
  if (!isSame(mac, signQuote(key, laneId, `${fen}.${quotedAt}.${session}`))) return undefined
  const sessionId = Buffer.from(session, 'base64url').toString()
  return { sessionId, fen: Number.parseInt(fen, 36), quotedAt: Number.parseInt(quotedAt, 36) }
}
