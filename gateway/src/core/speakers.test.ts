import type { DesiredDevice } from '@gatehouse/platform/contract'
import { expect, test } from 'vitest'
import { drivers } from '../drivers/index.ts'
import { createDeviceDirectory } from './device-directory.ts'
import { speakerOf } from './speakers.ts'

const device = (deviceId: string, kind: string, settings: DesiredDevice['settings'] = {}): DesiredDevice => ({
  ...{ deviceId, kind, name: deviceId, place: 'gate', settings },
})

function setup(devices: readonly DesiredDevice[]) {
  const directory = createDeviceDirectory(drivers)
  directory.replace(devices)
  const called = (name: string) => speakerOf(name, { devices: directory, clock: { now: () => 5000 } })
  return { directory, called }
}

test('a device of another maker is known by its id and by its serial number, however that is written', () => {
  const { called } = setup([device('lane-1', 'vzenith-camera', { sn: 'AB-12' }), device('cd-34', 'vzenith-camera')])
  for (const name of ['lane-1', 'AB-12', 'ab-12']) {
    expect(called(name)).toMatchObject({ deviceId: 'lane-1', topicName: 'AB-12', dialect: { dialect: 'vzenith' } })
  }
  expect(called('CD-34')).toMatchObject({ deviceId: 'cd-34', topicName: 'cd-34' })
})

test('an id goes before a serial number, and of two devices with one number the first counts', () => {
  const { called } = setup([
    device('lane-1', 'vzenith-camera', { sn: 'lane-3' }),
    device('lane-2', 'vzenith-camera', { sn: 'LANE-3' }),
    device('lane-4', 'vzenith-camera', { sn: 'lane-5' }),
    device('lane-5', 'barrier', { sn: 'lane-9' }),
  ])
  expect(called('lane-3').deviceId).toBe('lane-1')
  expect(called('lane-5')).toMatchObject({ deviceId: 'lane-5', dialect: { dialect: 'gh/v1' } })
  expect(called('lane-9')).toMatchObject({ deviceId: 'lane-9', topicName: 'lane-9' })
})

test('the house speaks to its own devices as it writes, and to others by their settings of the moment', () => {
  const { directory, called } = setup([device('lane-1', 'vzenith-camera'), device('lane-2', 'barrier')])
  const command = { commandId: 'c-1', expiresAt: 9000, op: 'open' }
  expect(called('lane-2').encode(command)).toEqual({ payload: command })
  const camera = called('lane-1')
  expect(camera.encode(command)).toMatchObject({ name: 'ivs_result' })
  directory.replace([device('lane-1', 'vzenith-camera', { openWith: 'gpio_out' })])
  expect(camera.encode(command)).toMatchObject({ name: 'gpio_out', payload: { sn: 'lane-1', timestamp: 5 } })
  directory.replace([])
  expect(camera.encode(command)).toMatchObject({ name: 'ivs_result' })
})

test('a device whose serial number is changed must connect anew', () => {
  const { directory } = setup([device('lane-1', 'vzenith-camera', { sn: 'a' })])
  expect(directory.replace([device('lane-1', 'vzenith-camera', { sn: 'b' })]).reconnect).toEqual(['lane-1'])
})
