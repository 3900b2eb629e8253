import { binary, command, numeric } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import { defineMqttDriver } from '../core/driver.ts'
import { MessageId, SpeakerEvent, SpeakerReport, type SpeakerCommand } from '../protocol/index.ts'

/** Network loudspeaker that turns text into speech itself. */
export const speaker = defineMqttDriver({
  kind: 'speaker',
  capabilities: {
    playing: binary('Playing'),
    volume: numeric('Volume', '%'),
    temperature: numeric('Temperature', '°C'),
    speak: command(
      'Speak',
      Type.Object({
        text: Type.String({ minLength: 1, maxLength: 500 }),
        /** 0 is the most urgent. */
        priority: Type.Integer({ minimum: 0, maximum: 5, default: 3 }),
        /** Announcement that it belongs to; by hand there is none. */
        jobId: Type.Optional(MessageId),
      }),
      { confirm: true },
    ),
    stop: command('Stop', Type.Object({}), { idempotent: true }),
    setVolume: command('Set volume', Type.Object({ percent: Type.Integer({ minimum: 0, maximum: 100 }) }), {
      idempotent: true,
    }),
  },
  report: SpeakerReport,
  event: SpeakerEvent,
  toReadings: ({ playing, volumePercent, temperatureCelsius }) => ({
    playing,
    volume: volumePercent,
    temperature: temperatureCelsius,
  }),
  toSignal: ({ jobId, state, durationMs, reason }) => ({
    type: 'playback-changed',
    broadcastId: jobId,
    state,
    durationMs,
    reason,
  }),
  commands: {
    speak: ({ text, priority, jobId = 'by-hand' }): SpeakerCommand => ({ op: 'speak', jobId, text, priority }),
    stop: (): SpeakerCommand => ({ op: 'stop' }),
    setVolume: ({ percent }): SpeakerCommand => ({ op: 'volume', percent }),
  },
})
