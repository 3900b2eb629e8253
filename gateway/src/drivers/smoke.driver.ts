import { command, numeric } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import { defineMqttDriver } from '../core/driver.ts'
import { SmokeEvent, SmokeReport, type SmokeCommand } from '../protocol/index.ts'

/** Optical smoke detector. Its alarm opens the way out of the building. */
export const smoke = defineMqttDriver({
  kind: 'smoke',
  capabilities: {
    obscuration: numeric('Smoke', '%/m'),
    temperature: numeric('Temperature', '°C'),
    battery: numeric('Battery', 'V'),
    selfTest: command('Self-test', Type.Object({}), { confirm: true }),
    silence: command('Silence', Type.Object({}), { confirm: true, idempotent: true }),
  },
  report: SmokeReport,
  event: SmokeEvent,
  toReadings: ({ obscurationPercent, temperatureCelsius, batteryMillivolts }) => ({
    obscuration: obscurationPercent,
    temperature: temperatureCelsius,
    battery: batteryMillivolts / 1000,
  }),
  toSignal: (event) =>
    event.type === 'smoke'
      ? {
          type: 'alarm-raised',
          alarm: 'smoke',
          severity: 'critical',
          level: event.obscurationPercent,
          opensExits: true,
        }
      : { type: 'alarm-cleared', alarm: 'smoke' },
  commands: {
    selfTest: (): SmokeCommand => ({ op: 'self-test' }),
    silence: (): SmokeCommand => ({ op: 'silence' }),
  },
})
