import { expect, test } from 'vitest'
import { speaker } from './speaker.driver.ts'

test('a report is what it plays and how loud', () => {
  const report = { at: 1, seq: 1, playing: true, volumePercent: 60, temperatureCelsius: 20 }
  expect(speaker.toReadings(report)).toEqual({ playing: true, volume: 60, temperature: 20 })
})

test('playback is progress of the announcement with the same id', () => {
  const event = { id: 'e1', at: 1, type: 'playback', jobId: 'b1', state: 'finished', durationMs: 900 } as const
  expect(speaker.toSignal(event)).toEqual({
    type: 'playback-changed',
    broadcastId: 'b1',
    state: 'finished',
    durationMs: 900,
  })
})

test('each command has its own word on the wire', () => {
  const { speak, stop, setVolume } = speaker.commands
  expect([speak({ text: '注意', priority: 0, jobId: 'b1' }), speak({ text: '注意', priority: 3 })]).toEqual([
    { op: 'speak', jobId: 'b1', text: '注意', priority: 0 },
    { op: 'speak', jobId: 'by-hand', text: '注意', priority: 3 },
  ])
  expect([stop({}), setVolume({ percent: 30 })]).toEqual([{ op: 'stop' }, { op: 'volume', percent: 30 }])
})
