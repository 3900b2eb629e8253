import type { DesiredDevice } from '@gatehouse/platform/contract'
import { expect, test, vi } from 'vitest'
import { compound, memoryStore, setupEdge, silentLogger, startTime } from '../../test/fakes.ts'
import { createDoorkeeper, isCertificateOf } from './doorkeeper.ts'
import { drivers } from '../drivers/index.ts'
import type { KnownDevice } from './house.ts'
import type { DeviceCertificate } from './ports.ts'

const serial = '00ab01'
const fingerprint = 'f'.repeat(64)
const certificate: DeviceCertificate = {
  ...{ commonName: 'lane-in', serial: 'ab01', fingerprint, expiresAt: startTime + 1000 },
}
const laneWith = (...certificates: string[]): DesiredDevice => ({
  ...{ deviceId: 'lane-in', kind: 'barrier', name: 'Lane', place: 'North', settings: { direction: 'in' } },
  ...(certificates.length > 0 && { certificates }),
})

test.each([
  ['by its serial number, with or without zeros in front', [laneWith('1', serial), {}], true],
  ['by its fingerprint', [laneWith(fingerprint), {}], true],
  ['not without a list', [laneWith(), {}], false],
  ['not by another number', [laneWith('ab02', 'e'.repeat(64)), {}], false],
  ['not for another device', [laneWith(serial), { commonName: 'lane-out' }], false],
] as const)('a certificate counts %s', (_name, [device, change], counts) => {
  expect(isCertificateOf({ ...certificate, ...change }, device)).toBe(counts)
})

test('a certificate counts until it expires, and only for a device that calls by MQTT', async () => {
  const { edge, time } = await setupEdge({ devices: [laneWith(serial)] })
  expect(edge.hub.signIn('lane-in', certificate, '10.0.0.1')).toBe('admitted')
  expect(edge.hub.signIn('lane-out', certificate, '10.0.0.1')).toBe('refused')
  time.now += 1000
  expect(edge.hub.signIn('lane-in', certificate, '10.0.0.1')).toBe('refused')
})

test('before the list of devices has come nobody is unknown, and knocking makes nobody suspicious', () => {
  const list = new Map<string, KnownDevice>()
  const { store, events } = memoryStore()
  const keeper = createDoorkeeper({
    devices: { get: (deviceId) => list.get(deviceId), named: () => undefined, values: () => list.values() },
    hasList: () => list.size > 0,
    isSecretOf: (secret, { secret: own }) => secret === own,
    store,
    clock: { now: () => startTime },
    logger: silentLogger,
  })
  const [desired] = compound
  const driver = drivers.find(({ kind }) => kind === 'barrier')
  if (!desired || !driver) throw new Error('there is no lane')
  const { deviceId, secret = '' } = desired
  const answers = new Set(Array.from({ length: 200 }, () => keeper.signIn(deviceId, secret, '10.0.0.1')))
  expect([...answers]).toEqual(['no-list'])
  list.set(deviceId, { desired, driver })
  expect(keeper.signIn(deviceId, secret, '10.0.0.1')).toBe('admitted')
  expect(keeper.signIn('somebody', secret, '10.0.0.1')).toBe('refused')
  expect(events).toEqual([])
})

test('what nobody could be told is at least in the log', async () => {
  const memory = memoryStore()
  const error = vi.fn()
  const [device] = compound
  const keeper = createDoorkeeper({
    devices: { get: () => undefined, named: () => undefined, values: () => [] },
    hasList: () => true,
    isSecretOf: () => false,
    store: memory.store,
    clock: { now: () => startTime },
    logger: { ...silentLogger, error },
  })
  memory.failNext(new Error('disk full'))
  const shared = {
    isElsewhere: true,
    wasAlive: true,
    credential: 'secret',
    addresses: ['10.0.0.1', '10.0.0.2'],
  } as const
  keeper.takenOver(device?.deviceId ?? '', shared)
  await vi.waitFor(() => expect(error).toHaveBeenCalled())
  keeper.removed(device?.deviceId ?? '')
  keeper.takenOver(device?.deviceId ?? '', shared)
  await vi.waitFor(() => expect(memory.events).toMatchObject([{ type: 'identity.credential-shared' }]))
})

test('a device that is removed or whose certificate is taken off the list is cut off', async () => {
  const { edge, disconnected } = await setupEdge({ devices: [laneWith('1', '2')], desired: {} })
  await edge.desired.apply('devices', 2, { devices: [laneWith('1', '2', '3')], ca: 'one' })
  expect(disconnected).toEqual([])
  await edge.desired.apply('devices', 3, { devices: [laneWith('1', '3')], ca: 'one' })
  expect(disconnected).toEqual(['lane-in'])
  await edge.desired.apply('devices', 4, { devices: [laneWith('1', '3')], ca: 'two' })
  expect(disconnected).toEqual(['lane-in', 'lane-in'])
  await edge.desired.apply('devices', 5, { devices: [] })
  expect(disconnected).toEqual(['lane-in', 'lane-in', 'lane-in', 'lane-in'])
})
