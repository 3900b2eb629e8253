import { Type, type Static } from 'typebox'

/** UTC milliseconds of the device's own clock. */
export const At = Type.Integer({
  minimum: 0,
  maximum: 4_102_444_800_000,
  description: 'UTC milliseconds, device clock',
})
/** Counts the reports, or the events, of a device by one each; may start anew after a restart. */
export const Seq = Type.Integer({ minimum: 0, maximum: 9_007_199_254_740_991 })
/** Names one event or command; a message that comes twice carries the same id. */
export const MessageId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._:-]+$' })
/** SHA-256 of a picture that was uploaded before with `PUT /media/<sha256>`. */
export const PictureName = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** Fields that every report begins with. */
export const reportFields = { at: At, seq: Seq } as const

/** Fields that every event begins with. */
export const eventFields = {
  id: MessageId,
  at: At,
  /** Counts the events, apart from the reports. A replayed event keeps its number. With it the gateway sees what is missing. */
  seq: Type.Optional(Seq),
  /** True for a record that was kept while the connection was gone: history, not news. */
  replayed: Type.Optional(Type.Boolean()),
} as const

/** The answer to a command. */
export const CommandResult = Type.Union([
  Type.Object({
    commandId: MessageId,
    ok: Type.Literal(true),
    data: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown())),
  }),
  Type.Object({
    commandId: MessageId,
    ok: Type.Literal(false),
    code: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' }),
    message: Type.Optional(Type.String({ maxLength: 300 })),
  }),
])
export type CommandResult = Static<typeof CommandResult>

export const Status = Type.Enum(['online', 'offline'])
export type Status = Static<typeof Status>

/** What every command carries besides `op` and its arguments. A device ignores a command past `expiresAt`. */
export const CommandEnvelope = Type.Object({ commandId: MessageId, expiresAt: At, op: Type.String({ maxLength: 32 }) })
export type CommandEnvelope = Static<typeof CommandEnvelope>
