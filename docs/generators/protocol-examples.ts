/** One message of each sort and kind; the generator refuses an example that its schema refuses. */
export const examples: Readonly<Record<string, { report: object; event: object; command: object }>> = {
  barrier: {
    report: { at: 1793462400000, seq: 17, arm: 'closed', loop: false, temperatureCelsius: 21.5 },
    event: { id: 'e-1', at: 1793462400000, type: 'plate', plate: '京A12345', colour: 'blue', confidence: 96 },
    command: { commandId: 'c-1', expiresAt: 1793462410000, op: 'open' },
  },
  'face-gate': {
    report: { at: 1793462400000, seq: 3, door: 'closed', lock: 'locked', temperatureCelsius: 19 },
    event: { id: 'e-2', at: 1793462400000, type: 'stranger', liveness: 0.98 },
    command: { commandId: 'c-2', expiresAt: 1793462410000, op: 'open', holdSeconds: 5 },
  },
  speaker: {
    report: { at: 1793462400000, seq: 8, playing: false, volumePercent: 60, temperatureCelsius: 25 },
    event: { id: 'e-3', at: 1793462400000, type: 'playback', jobId: 'b-7', state: 'finished', durationMs: 5200 },
    command: {
      commandId: 'c-3',
      expiresAt: 1793462410000,
      op: 'speak',
      jobId: 'b-7',
      text: '请勿占用消防通道',
      priority: 3,
    },
  },
  smoke: {
    report: { at: 1793462400000, seq: 1, obscurationPercent: 0.1, temperatureCelsius: 22, batteryMillivolts: 3000 },
    event: { id: 'e-4', at: 1793462400000, type: 'smoke', obscurationPercent: 12.5 },
    command: { commandId: 'c-4', expiresAt: 1793462410000, op: 'self-test' },
  },
}
