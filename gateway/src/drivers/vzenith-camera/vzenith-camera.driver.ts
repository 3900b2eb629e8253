import { binary, command } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import { defineMqttDriver } from '../../core/driver.ts'
import type { DeviceSignal } from '../../core/signals.ts'
import { At } from '../../protocol/index.ts'
import { vzenithCodec } from './codec.ts'
import { LaneCameraEvent } from './reading.ts'

const nothing = Type.Object({})

function toSignal(event: LaneCameraEvent): DeviceSignal {
  switch (event.type) {
    case 'plate': {
      const { plate, colour, confidence, candidates, fake } = event
      return { type: 'vehicle-recognised', plate, colour, confidence, candidates, isFake: fake }
    }
    case 'passed':
      return { type: 'vehicle-passed' }
    case 'reversed':
      return { type: 'vehicle-reversed' }
    case 'blocked':
      return { type: 'lane-anomaly', anomaly: 'blocked' }
  }
}

/**
 * VZenith (臻识) plate camera whose outputs work a barrier. Settings: `direction`, `sn` (its serial number, if that is
 * not the device id), `output` (0), `pulseMs` (1000), `openWith` (`gpio_out` for firmware that knows nothing else),
 * `passedInput` (the input that the loop behind the arm is wired to).
 */
export const vzenithCamera = defineMqttDriver({
  kind: 'vzenith-camera',
  capabilities: {
    loop: binary('Car on the loop'),
    open: command('Open', nothing, { confirm: true, idempotent: true }),
    holdOpen: command('Hold open', nothing, { confirm: true, idempotent: true }),
    release: command('Release', nothing, { confirm: true, idempotent: true }),
  },
  exit: { holdOpen: 'holdOpen', release: 'release' },
  report: Type.Object({ at: At, loop: Type.Optional(Type.Boolean()) }),
  event: LaneCameraEvent,
  toReadings: ({ loop }) => ({ loop }),
  toSignal,
  toState: ({ loop }) => (loop === undefined ? undefined : { type: 'lane-state-changed', loop }),
  commands: {
    open: () => ({ op: 'open' }),
    holdOpen: () => ({ op: 'hold-open' }),
    release: () => ({ op: 'release' }),
  },
  codec: vzenithCodec,
})
