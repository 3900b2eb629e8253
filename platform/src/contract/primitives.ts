import { Type, type Static } from 'typebox'
import { idPattern } from './patterns.ts'

/** Device, gateway and compound ids: also a topic level, a user name and part of a client id. */
export const Id = Type.String({ pattern: idPattern, description: 'lower-case letters, digits and -' })
export type Id = Static<typeof Id>

/** UTC milliseconds since 1970. */
export const Instant = Type.Integer({ minimum: 0, maximum: 4_102_444_800_000, description: 'UTC milliseconds' })
export type Instant = Static<typeof Instant>

/** Name of stored content: the SHA-256 of its bytes in lower-case hex. */
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
export type Sha256 = Static<typeof Sha256>

/** One value of a reading. */
export const ReadingValue = Type.Union([Type.Boolean(), Type.Number(), Type.String({ maxLength: 256 })])
export type ReadingValue = Static<typeof ReadingValue>

export const Readings = Type.Record(Type.String({ maxLength: 64 }), ReadingValue)
export type Readings = Static<typeof Readings>

export const noContent = Type.Null({ description: 'No body' })
