import { binary, choice, command, numeric } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import { defineMqttDriver } from '../core/driver.ts'
import type { DeviceSignal } from '../core/signals.ts'
import { BarrierEvent, BarrierReport, type BarrierCommand } from '../protocol/index.ts'

const nothing = Type.Object({})
const anomalies = { tailgated: 'tailgating', forced: 'forced-opening', blocked: 'blocked' } as const

function toSignal(event: BarrierEvent): DeviceSignal {
  switch (event.type) {
    case 'plate': {
      const { plate, colour, confidence, candidates, fake, picture } = event
      return { type: 'vehicle-recognised', plate, colour, confidence, candidates, isFake: fake, picture }
    }
    case 'passed':
      return { type: 'vehicle-passed' }
    case 'reversed':
      return { type: 'vehicle-reversed' }
    case 'call':
      return { type: 'help-requested', picture: event.picture }
    case 'tailgated':
    case 'forced':
    case 'blocked':
      return { type: 'lane-anomaly', anomaly: anomalies[event.type], picture: event.picture }
  }
}

/** Lane controller with plate recognition, induction loop, display and help button. */
export const barrier = defineMqttDriver({
  kind: 'barrier',
  capabilities: {
    arm: choice('Arm', ['closed', 'opening', 'open', 'closing', 'fault']),
    loop: binary('Car on the loop'),
    radar: binary('Something under the arm'),
    temperature: numeric('Temperature', '°C'),
    open: command('Open', nothing, { confirm: true, idempotent: true }),
    holdOpen: command('Hold open', nothing, { confirm: true, idempotent: true }),
    release: command('Release', nothing, { confirm: true, idempotent: true }),
    display: command(
      'Show text',
      Type.Object({
        lines: Type.Array(Type.String({ maxLength: 32 }), { minItems: 1, maxItems: 4 }),
        voice: Type.Optional(Type.String({ maxLength: 200 })),
      }),
      { idempotent: true },
    ),
  },
  exit: { holdOpen: 'holdOpen', release: 'release' },
  report: BarrierReport,
  event: BarrierEvent,
  toReadings: ({ arm, loop, radar, temperatureCelsius }) => ({ arm, loop, radar, temperature: temperatureCelsius }),
  toSignal,
  toState: ({ arm, loop, radar }) => ({ type: 'lane-state-changed', arm, loop, radar }),
  commands: {
    open: (): BarrierCommand => ({ op: 'open' }),
    holdOpen: (): BarrierCommand => ({ op: 'hold-open' }),
    release: (): BarrierCommand => ({ op: 'release' }),
    display: ({ lines, voice }): BarrierCommand => ({
      op: 'display',
      lines,
      ...(voice !== undefined && { voice }),
    }),
  },
})
