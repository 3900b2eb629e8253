import { expect, test } from 'vitest'
import { barrier } from './barrier.driver.ts'

const basics = { id: 'e1', at: 1 }

test('a report is the state of arm, loop and cabinet', () => {
  const report = { at: 1, seq: 1, arm: 'opening', loop: true, temperatureCelsius: -3 } as const
  expect(barrier.toReadings(report)).toEqual({ arm: 'opening', loop: true, temperature: -3 })
})

test('radar and state are passed on; a lane without a radar says nothing of it', () => {
  const report = { at: 1, seq: 1, arm: 'open', loop: false, radar: true, temperatureCelsius: 20 } as const
  expect(barrier.toReadings(report)).toMatchObject({ radar: true })
  expect(barrier.toState?.(report)).toEqual({ type: 'lane-state-changed', arm: 'open', loop: false, radar: true })
  const bare = { at: 1, seq: 1, arm: 'open', loop: false, temperatureCelsius: 20 } as const
  expect(barrier.toState?.(bare)).toEqual({ type: 'lane-state-changed', arm: 'open', loop: false })
})

test.each([
  [
    { ...basics, type: 'plate', plate: '沪A12345', colour: 'blue', confidence: 90 },
    { type: 'vehicle-recognised', plate: '沪A12345', colour: 'blue', confidence: 90 },
  ],
  [{ ...basics, type: 'passed' }, { type: 'vehicle-passed' }],
  [{ ...basics, type: 'reversed' }, { type: 'vehicle-reversed' }],
  [{ ...basics, type: 'call' }, { type: 'help-requested' }],
  [
    { ...basics, type: 'tailgated' },
    { type: 'lane-anomaly', anomaly: 'tailgating' },
  ],
  [
    { ...basics, type: 'forced' },
    { type: 'lane-anomaly', anomaly: 'forced-opening' },
  ],
  [
    { ...basics, type: 'blocked' },
    { type: 'lane-anomaly', anomaly: 'blocked' },
  ],
] as const)('%o means %o', (event, signal) => {
  expect(barrier.toSignal(event)).toEqual(signal)
})

test('each command has its own word on the wire', () => {
  const { open, holdOpen, release, display } = barrier.commands
  expect([open({}), holdOpen({}), release({})]).toEqual([{ op: 'open' }, { op: 'hold-open' }, { op: 'release' }])
  expect(display({ lines: ['欢迎'] })).toEqual({ op: 'display', lines: ['欢迎'] })
  expect(display({ lines: ['欢迎'], voice: '欢迎' })).toEqual({ op: 'display', lines: ['欢迎'], voice: '欢迎' })
})
