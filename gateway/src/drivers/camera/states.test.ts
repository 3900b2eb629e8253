import { expect, test } from 'vitest'
import type { OnvifEvent } from '../../core/ports.ts'
import { createCameraStates } from './states.ts'

const motion = (value: string, operation: OnvifEvent['operation'] = 'Changed', source = '1'): OnvifEvent => ({
  topic: 'tns1:VideoSource/MotionAlarm',
  operation,
  at: 0,
  values: { Source: source, State: value },
})
const setup = () => createCameraStates(() => true)

test('a change is news once', () => {
  const states = setup()
  expect(states.take(motion('true'))).toMatchObject({ reading: 'motion', active: true, news: true })
  expect(states.take(motion('true'))).toMatchObject({ active: true, news: false })
  expect(states.take(motion('false'))).toMatchObject({ active: false, news: true })
  expect(states.take(motion('false'))).toMatchObject({ active: false, news: false })
})

test('Initialized is a state, not an alarm', () => {
  const states = setup()
  expect(states.take(motion('true', 'Initialized'))).toMatchObject({ active: true, news: false })
  expect(states.readings()).toEqual({ motion: true })
  expect(states.take(motion('false'))).toMatchObject({ active: false, news: false })
})

test('an alarm that ended during a gap is over when the state comes again', () => {
  const states = setup()
  states.take(motion('true'))
  states.forget()
  expect(states.readings()).toEqual({})
  expect(states.take(motion('false', 'Initialized'))).toMatchObject({ active: false, news: true })
})

test('motion lasts until the last detector is quiet', () => {
  const states = setup()
  states.take(motion('true', 'Changed', '1'))
  expect(states.take(motion('true', 'Changed', '2'))).toMatchObject({ active: true, news: false })
  expect(states.take(motion('false', 'Changed', '1'))).toMatchObject({ active: true, news: false })
  expect(states.take(motion('', 'Deleted', '2'))).toMatchObject({ active: false, news: true })
})

test('what has no end of its own is a pulse', () => {
  const states = setup()
  const crossed = { topic: 'tns1:RuleEngine/LineDetector/Crossed', operation: 'none', at: 0, values: {} } as const
  const change = states.take(crossed)
  expect(change).toMatchObject({ reading: 'motion', active: true, news: true, pulseMs: 5000 })
  expect(states.end('motion', change?.source ?? '')).toMatchObject({ active: false, news: true })
  expect(states.readings()).toEqual({ motion: false })
})

test('events without meaning and more sources than a camera has are left out', () => {
  const states = setup()
  expect(states.take({ ...motion('true'), topic: 'tns1:Monitoring/ProcessorUsage' })).toBeUndefined()
  expect(states.take(motion('perhaps'))).toBeUndefined()
  for (let source = 0; source < 256; source += 1) states.take(motion('false', 'Changed', String(source)))
  expect(states.take(motion('true', 'Changed', 'one more'))).toBeUndefined()
  expect(states.take(motion('true', 'Changed', '7'))).toMatchObject({ active: true })
})

test('a beginning that is not admitted is no news, nor is its end', () => {
  const states = createCameraStates(() => false)
  expect(states.take(motion('true'))).toMatchObject({ active: true, news: false })
  expect(states.take(motion('false'))).toMatchObject({ active: false, news: false })
})
