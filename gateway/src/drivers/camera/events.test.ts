import { expect, test } from 'vitest'
import type { OnvifEvent } from '../../core/ports.ts'
import { activeOf, meaningOf, plainTopic, sourceOf } from './events.ts'

const event = (topic: string, values: Record<string, string>): OnvifEvent => ({
  topic,
  operation: 'Changed',
  at: 0,
  values,
})

test.each([
  ['tns1:RuleEngine/CellMotionDetector/Motion', { IsMotion: 'true' }, 'motion', true],
  ['tns1:RuleEngine/CellMotionDetector/Motion', { IsMotion: '0' }, 'motion', false],
  ['tns1:RuleEngine/MotionRegionDetector/Motion', { State: '1' }, 'motion', true],
  ['tns1:VideoSource/MotionAlarm', { State: 'TRUE' }, 'motion', true],
  ['tns:VideoSource/MotionAlarm', { State: 'false' }, 'motion', false],
  ['tns1:RuleEngine/FieldDetector/ObjectsInside', { IsInside: 'true', ObjectId: '4' }, 'motion', true],
  ['tns1:RuleEngine/LineDetector/Crossed', { ObjectId: '4' }, 'motion', true],
  ['tns1:RuleEngine/MyRuleDetector/PeopleDetect', { State: 'true' }, 'motion', true],
  ['tns1:RuleEngine/MyRuleDetector/VehicleDetect', { State: 'true' }, 'motion', true],
  ['tns1:RuleEngine/MyRuleDetector/FaceDetect', { State: 'false' }, 'motion', false],
  ['tns1:RuleEngine/TamperDetector/Tamper', { IsTamper: 'true' }, 'tampered', true],
  ['tns1:VideoSource/GlobalSceneChange/ImagingService', { State: 'true' }, 'tampered', true],
  ['tns1:VideoSource/GlobalSceneChange/AnalyticsService', { State: 'true' }, 'tampered', true],
  ['tns1:VideoSource/ImageTooDark/ImagingService', { State: 'true' }, 'pictureFault', true],
  ['tns1:VideoSource/ImageTooBright/AnalyticsService', { State: 'true' }, 'pictureFault', true],
  ['tns1:VideoSource/ImageTooBlurry/RecordingService', { State: 'false' }, 'pictureFault', false],
  ['tns1:Device/HardwareFailure/StorageFailure', { Failed: 'true' }, 'hardwareFault', true],
  ['tns1:Device/HardwareFailure/FanFailure', { Failed: 'false' }, 'hardwareFault', false],
  ['tns1:Device/Trigger/DigitalInput', { LogicalState: 'true' }, 'input', true],
  ['tns1:Device/Trigger/Relay', { LogicalState: 'inactive' }, 'relay', false],
  ['tns1:AudioAnalytics/Audio/DetectedSound', { isSoundDetected: 'true' }, 'sound', true],
])('%s with %j means %s = %s', (...[topic, values, reading, active]) => {
  const meaning = meaningOf(plainTopic(topic))
  expect(meaning?.reading).toBe(reading)
  expect(meaning && activeOf(meaning, event(topic, values))).toBe(active)
})

test.each(['tns1:Device/OperationMode/ShutdownInitiated', 'tns1:RuleEngine', '', 'constructor', 'toString/valueOf'])(
  '%s means nothing to us',
  (topic) => {
    expect(meaningOf(plainTopic(topic))).toBeUndefined()
  },
)

test('a state that is neither true nor false is no state', () => {
  const meaning = meaningOf('VideoSource/MotionAlarm')
  expect(meaning && activeOf(meaning, event('', { State: 'maybe' }))).toBeUndefined()
  expect(meaning && activeOf(meaning, event('', {}))).toBeUndefined()
})

test('a source is known under any of its names, and a rule is a source of its own', () => {
  const source = (values: Record<string, string>) => sourceOf('t', event('t', values))
  expect(source({ VideoSourceConfigurationToken: '1' })).toBe(source({ VideoSource: '1' }))
  expect(source({ Source: '1' })).not.toBe(source({ Source: '2' }))
  expect(source({ Source: '1', Rule: 'a' })).not.toBe(source({ Source: '1', Rule: 'b' }))
})
