import { Type, type Static } from 'typebox'
import { eventFields, MessageId, reportFields } from './envelope.ts'

/** Every 30 s and on each change. */
export const SpeakerReport = Type.Object({
  ...reportFields,
  playing: Type.Boolean(),
  volumePercent: Type.Integer({ minimum: 0, maximum: 100 }),
  temperatureCelsius: Type.Number({ minimum: -60, maximum: 120 }),
})
export type SpeakerReport = Static<typeof SpeakerReport>

export const SpeakerEvent = Type.Object({
  ...eventFields,
  type: Type.Literal('playback'),
  jobId: MessageId,
  state: Type.Enum(['started', 'finished', 'failed', 'pre-empted']),
  durationMs: Type.Optional(Type.Integer({ minimum: 0 })),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
})
export type SpeakerEvent = Static<typeof SpeakerEvent>

export const SpeakerCommand = Type.Union([
  /** The speaker turns the text into speech itself. 0 is the most urgent priority, 5 the least. */
  Type.Object({
    op: Type.Literal('speak'),
    jobId: MessageId,
    text: Type.String({ minLength: 1, maxLength: 500 }),
    priority: Type.Integer({ minimum: 0, maximum: 5 }),
  }),
  Type.Object({ op: Type.Literal('stop') }),
  Type.Object({ op: Type.Literal('volume'), percent: Type.Integer({ minimum: 0, maximum: 100 }) }),
])
export type SpeakerCommand = Static<typeof SpeakerCommand>
