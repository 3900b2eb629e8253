import { expect, test } from 'vitest'
import { smoke } from './smoke.driver.ts'

const basics = { id: 'e1', at: 1 }

test('a report is smoke, heat and battery', () => {
  const report = { at: 1, seq: 1, obscurationPercent: 0.4, temperatureCelsius: 22, batteryMillivolts: 2950 }
  expect(smoke.toReadings(report)).toEqual({ obscuration: 0.4, temperature: 22, battery: 2.95 })
})

test('smoke is a critical alarm that opens the way out', () => {
  expect(smoke.toSignal({ ...basics, type: 'smoke', obscurationPercent: 12 })).toEqual({
    type: 'alarm-raised',
    alarm: 'smoke',
    severity: 'critical',
    level: 12,
    opensExits: true,
  })
  expect(smoke.toSignal({ ...basics, type: 'smoke-cleared' })).toEqual({ type: 'alarm-cleared', alarm: 'smoke' })
})

test('each command has its own word on the wire', () => {
  expect([smoke.commands.selfTest({}), smoke.commands.silence({})]).toEqual([{ op: 'self-test' }, { op: 'silence' }])
})
