import { expect, test, vi } from 'vitest'
import { compound, memoryStore, setupEdge, startTime } from '../../test/fakes.ts'

const report = { at: startTime, seq: 1, arm: 'open', loop: true, temperatureCelsius: 21.5 }
const encoded = (text: string) => new TextEncoder().encode(text)

test('a report becomes readings, telemetry without texts, and something to watch', async () => {
  const { say, edge, telemetry, shown } = await setupEdge()
  await say('lane-in', 'report', report)
  const readings = { arm: 'open', loop: true, temperature: 21.5 }
  expect(edge.hub.readingsOf('lane-in')).toEqual(readings)
  expect(telemetry).toEqual([
    { deviceId: 'lane-in', kind: 'barrier', at: startTime, fields: { loop: 1, temperature: 21.5 } },
  ])
  expect(shown).toEqual([{ deviceId: 'lane-in', readings }])
})

test.each([
  ['report', '{"at":1}', 'INVALID_MESSAGE'],
  ['event', '{"id":"1","at":1,"type":"teapot"}', 'INVALID_MESSAGE'],
  ['event', 'not json', 'INVALID_MESSAGE'],
  ['result', '{}', 'INVALID_MESSAGE'],
  ['status', 'asleep', 'INVALID_MESSAGE'],
] as const)('a broken %s %s is refused', async (channel, text, code) => {
  const { edge } = await setupEdge()
  await expect(edge.hub.accept('lane-in', channel, encoded(text))).rejects.toMatchObject({ code })
})

test('bytes that are no text are refused', async () => {
  const { edge } = await setupEdge()
  const bytes = new Uint8Array([0xc3, 0x28])
  await expect(edge.hub.accept('lane-in', 'event', bytes)).rejects.toMatchObject({ code: 'INVALID_MESSAGE' })
})

test('only a registered device with its own secret may sign in', async () => {
  const { edge } = await setupEdge()
  const signIn = (deviceId: string, secret: string) => edge.hub.signIn(deviceId, secret, '192.0.2.7')
  expect(signIn('lane-in', 'secret of lane-in')).toBe('admitted')
  expect(signIn('lane-in', 'secret of lane-out')).toBe('refused')
  expect(signIn('stranger', 'secret of stranger')).toBe('refused')
  await expect(edge.hub.accept('stranger', 'report', encoded('{}'))).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' })
})

test('every device is announced once, and again when its kind changes', async () => {
  const memory = memoryStore()
  const first = await setupEdge({ memory })
  expect(first.told('devices.announced')).toHaveLength(compound.length)
  expect(first.told('devices.announced')[0]?.body).toMatchObject({
    kind: 'barrier',
    capabilities: { open: { role: 'command' } },
  })

  const second = await setupEdge({ memory })
  expect(second.told('devices.announced')).toHaveLength(compound.length)
  const changed = compound.map((device) => (device.deviceId === 'gate-2' ? { ...device, kind: 'barrier' } : device))
  await second.edge.desired.apply('devices', 2, { devices: changed })
  expect(second.told('devices.announced').slice(compound.length)).toMatchObject([{ deviceId: 'gate-2' }])
})

test('a device of an unknown kind is reported as not applied', async () => {
  const { edge, told } = await setupEdge()
  const teapot = { deviceId: 'teapot', kind: 'teapot', name: '', place: '', settings: {} }
  await edge.desired.apply('devices', 2, { devices: [...compound, teapot] })
  expect(told('devices.desired-applied').at(-1)?.body).toEqual({
    area: 'devices',
    revision: 2,
    failed: [{ deviceId: 'teapot', reason: 'This gateway has no driver for "teapot"' }],
  })
})

test('who is removed or gets another secret loses the connection; a new name changes nothing', async () => {
  const { edge, disconnected, told } = await setupEdge()
  const devices = compound
    .filter(({ deviceId }) => deviceId !== 'lane-in')
    .map((device) => (device.deviceId === 'gate-1' ? { ...device, secret: 'another secret' } : device))
    .map((device) => (device.deviceId === 'gate-2' ? { ...device, name: 'Back door' } : device))
  await edge.desired.apply('devices', 2, { devices })
  expect(disconnected).toEqual(['lane-in', 'gate-1'])
  expect(told('devices.online-changed').at(-1)).toMatchObject({
    deviceId: 'lane-in',
    body: { online: false, reason: 'removed' },
  })
})

test('coming, leaving and falling silent are told once each', async () => {
  const { edge, told, time, say } = await setupEdge()
  const of = (deviceId: string) =>
    told('devices.online-changed')
      .filter((event) => event.deviceId === deviceId)
      .map(({ body }) => `${body.online} ${body.reason}`)
  edge.hub.disconnected('lane-in', 'last-will')
  edge.hub.disconnected('lane-in', 'last-will')
  edge.hub.connected('lane-in')
  time.now += 80_000
  await say('lane-out', 'report', report)
  time.now += 20_000
  edge.presence.sweep(() => false)
  edge.presence.sweep(() => false)
  await say('gate-1', 'status', {}).catch(() => undefined)
  await edge.hub.accept('gate-1', 'status', encoded('online'))

  expect(of('lane-in')).toEqual(['true connected', 'false last-will', 'true connected', 'false silent'])
  expect(of('lane-out')).toEqual(['true connected'])
  expect(of('gate-1')).toEqual(['true connected', 'false silent', 'true connected'])
})

test('a restart of the gateway is no outage of its devices', async () => {
  const memory = memoryStore()
  const before = await setupEdge({ memory })
  const told = before.told('devices.online-changed').length
  await before.edge.stop()
  for (const { deviceId } of compound) before.edge.hub.disconnected(deviceId, 'disconnected')

  const after = await setupEdge({ memory })
  expect(after.told('devices.online-changed')).toHaveLength(told)
  after.time.now += 100_000
  after.edge.presence.sweep(() => false)
  await vi.waitFor(() => expect(after.told('devices.online-changed')).toHaveLength(told + compound.length))
})

test('a wrong clock is told once', async () => {
  const { say, told, time } = await setupEdge()
  for (let seq = 0; seq < 5; seq += 1) await say('lane-in', 'report', { ...report, at: time.now + 600_000, seq })
  expect(told('devices.clock-drift')).toMatchObject([{ deviceId: 'lane-in', body: { offsetMs: 600_000 } }])
})
