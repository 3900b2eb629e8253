import { expect, test } from 'vitest'
import { faceGate } from './face-gate.driver.ts'

const basics = { id: 'e1', at: 1 }

test('a report is the state of door and lock', () => {
  const report = { at: 1, seq: 1, door: 'closed', lock: 'held-open', temperatureCelsius: 20 } as const
  expect(faceGate.toReadings(report)).toEqual({ door: 'closed', lock: 'held-open', temperature: 20 })
})

test.each([
  [
    { ...basics, type: 'face', faceId: 'f1', score: 0.9, liveness: 0.8 },
    { type: 'face-recognised', faceId: 'f1', score: 0.9, liveness: 0.8 },
  ],
  [
    { ...basics, type: 'stranger', liveness: 0.8, picture: 'aa' },
    { type: 'stranger-seen', liveness: 0.8, picture: 'aa' },
  ],
  [
    { ...basics, type: 'card', card: 'c1' },
    { type: 'card-presented', card: 'c1' },
  ],
  [
    { ...basics, type: 'door-alarm', alarm: 'forced' },
    { type: 'door-alarm', alarm: 'forced' },
  ],
] as const)('%o means %o', (event, signal) => {
  expect(faceGate.toSignal(event)).toEqual(signal)
})

test('each command has its own word on the wire', () => {
  const { open, holdOpen, release, say } = faceGate.commands
  expect([open({ holdSeconds: 5 }), holdOpen({}), release({}), say({ text: '请进' })]).toEqual([
    { op: 'open', holdSeconds: 5 },
    { op: 'hold-open' },
    { op: 'release' },
    { op: 'say', text: '请进' },
  ])
})
