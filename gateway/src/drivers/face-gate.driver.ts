import { choice, command, numeric } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import { defineMqttDriver } from '../core/driver.ts'
import type { DeviceSignal } from '../core/signals.ts'
import { FaceGateEvent, FaceGateReport, type FaceGateCommand } from '../protocol/index.ts'

const nothing = Type.Object({})

function toSignal(event: FaceGateEvent): DeviceSignal {
  switch (event.type) {
    case 'face': {
      const { faceId, score, liveness, picture } = event
      return { type: 'face-recognised', faceId, score, liveness, picture }
    }
    case 'stranger':
      return { type: 'stranger-seen', liveness: event.liveness, picture: event.picture }
    case 'card':
      return { type: 'card-presented', card: event.card }
    case 'door-alarm':
      return { type: 'door-alarm', alarm: event.alarm }
  }
}

/** Door terminal that knows faces and cards; the list of faces stays on it. */
export const faceGate = defineMqttDriver({
  kind: 'face-gate',
  capabilities: {
    door: choice('Door', ['closed', 'open']),
    lock: choice('Lock', ['locked', 'released', 'held-open']),
    temperature: numeric('Temperature', '°C'),
    open: command('Open', Type.Object({ holdSeconds: Type.Integer({ minimum: 1, maximum: 60, default: 5 }) }), {
      confirm: true,
      idempotent: true,
    }),
    holdOpen: command('Hold open', nothing, { confirm: true, idempotent: true }),
    release: command('Release', nothing, { confirm: true, idempotent: true }),
    say: command('Say', Type.Object({ text: Type.String({ minLength: 1, maxLength: 200 }) }), { confirm: true }),
  },
  exit: { holdOpen: 'holdOpen', release: 'release' },
  report: FaceGateReport,
  event: FaceGateEvent,
  toReadings: ({ door, lock, temperatureCelsius }) => ({ door, lock, temperature: temperatureCelsius }),
  toSignal,
  commands: {
    open: ({ holdSeconds }): FaceGateCommand => ({ op: 'open', holdSeconds }),
    holdOpen: (): FaceGateCommand => ({ op: 'hold-open' }),
    release: (): FaceGateCommand => ({ op: 'release' }),
    say: ({ text }): FaceGateCommand => ({ op: 'say', text }),
  },
})
