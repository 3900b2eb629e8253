import { expect, test } from 'vitest'
import type { CheckedRecord } from '../../core/records.ts'
import { alertOf } from './alert-of.ts'

const record = (type: string, body: object) =>
  ({ id: 'g.1.1', type, at: 1, deviceId: 'd1', late: false, body }) as unknown as CheckedRecord

test('a sensor names alarm and severity itself', () => {
  const smoke = record('sensors.alarm-raised', { eventId: 'e1', alarm: 'smoke', severity: 'critical', building: '3' })
  expect(alertOf(smoke)).toEqual({
    type: 'sensors.smoke',
    severity: 'critical',
    details: { alarm: 'smoke', building: '3' },
  })
})

test('a listed event keeps its type; picture and facts are told apart', () => {
  const picture = 'a'.repeat(64)
  const refused = record('parking.entry-refused', { eventId: 'e1', rawPlate: '京A12345', reason: 'No permit', picture })
  expect(alertOf(refused)).toEqual({
    type: 'parking.entry-refused',
    severity: 'major',
    picture,
    details: { rawPlate: '京A12345', reason: 'No permit' },
  })
})

test.each([
  ['devices.online-changed', { online: false, reason: 'silent' }, 'devices.offline'],
  ['devices.online-changed', { online: false, reason: 'removed' }, undefined],
  ['devices.online-changed', { online: true, reason: 'connected' }, undefined],
  ['video.tampered', { active: true, topic: 't' }, 'video.tampered'],
  ['video.tampered', { active: false, topic: 't' }, undefined],
  ['parking.entry-opened', {}, undefined],
  ['constructor', {}, undefined],
])('%s %j becomes %s', (type, body, expected) => {
  expect(alertOf(record(type, body))?.type).toBe(expected)
})
