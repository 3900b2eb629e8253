import type { IClientOptions } from 'mqtt'
import { expect, test, vi } from 'vitest'
import { invalidMessage } from '../src/errors.ts'
import { startTestBroker as setup, closed, connectPacket, packet, signIn, string } from './broker-setup.ts'

test('a message that breaks its schema closes the connection and is counted', async () => {
  const { front, refusals, logger, device } = await setup()
  front.accept.mockRejectedValue(invalidMessage('Report', 'arm is missing'))

  for (let attempt = 0; attempt < 2; attempt++) {
    const lane = await device('lane-1')
    lane.publish('gh/v1/lane-1/report', '{}', { qos: 1 })
    await closed(lane)
  }
  expect(refusals).toEqual(['mqtt invalid-message', 'mqtt invalid-message'])
  expect(logger.warn).toHaveBeenCalledTimes(1)
})

test('a message that could not be stored is not acknowledged', async () => {
  const { front, refusals, logger, device } = await setup()
  front.accept.mockRejectedValue(new Error('disk full'))
  const lane = await device('lane-1')

  lane.publish('gh/v1/lane-1/event', '{}', { qos: 1 })
  await closed(lane)
  expect(refusals).toEqual(['mqtt not-stored'])
  expect(logger.error).toHaveBeenCalled()
})

test.each([
  ['a wrong secret', { password: 'wrong' }, 'not-authorized'],
  ['an unknown device', { username: 'lane-9', clientId: 'lane-9' }, 'not-authorized'],
  ['no user name', { username: '', password: '' }, 'not-authorized'],
  ['a client id of another device', { clientId: 'lane-2' }, 'bad-client-id'],
  [
    'a will for another device',
    { will: { topic: 'gh/v1/lane-2/status', payload: Buffer.from('offline'), qos: 1 as const, retain: true } },
    'bad-will',
  ],
])('%s is refused', async (_name, options: IClientOptions, reason) => {
  const { broker, front, refusals, device } = await setup()

  await expect(device('lane-1', options)).rejects.toThrow()
  expect(refusals).toContain(`mqtt ${reason}`)
  expect(front.connected).not.toHaveBeenCalled()
  expect(broker.connections()).toBe(0)
})

test.each([
  ['the event of another device', { topic: 'gh/v1/lane-2/event', retain: false }, 'foreign-topic'],
  ['its own command', { topic: 'gh/v1/lane-1/command', retain: false }, 'foreign-topic'],
  ['a topic outside the protocol', { topic: '$SYS/x', retain: false }, 'foreign-topic'],
  ['a retained event', { topic: 'gh/v1/lane-1/event', retain: true }, 'retained'],
])('a device that publishes %s is sent away', async (_name, { topic, retain }, reason) => {
  const { front, refusals, device } = await setup()
  const lane = await device('lane-1')

  lane.publish(topic, '{}', { qos: 1, retain })
  await closed(lane)
  expect(front.accept).not.toHaveBeenCalled()
  expect(refusals).toEqual([`mqtt ${reason}`])
})

test.each(['gh/v1/lane-2/command', 'gh/v1/+/command', '#', '$share/g/gh/v1/lane-1/command', 'gh/v1/lane-1/event'])(
  'a subscription to %s is answered with failure',
  async (topic) => {
    const { refusals, device } = await setup()
    const lane = await device('lane-1')

    await expect(lane.subscribeAsync(topic, { qos: 1 })).rejects.toThrow(/Unspecified error|subscribe/i)
    expect(lane.connected).toBe(true)
    expect(refusals).toEqual(['mqtt foreign-subscription'])
  },
)

test('an oversized message closes the connection', async () => {
  const { front, refusals, device } = await setup()
  const lane = await device('lane-1')

  await lane.publishAsync('gh/v1/lane-1/report', Buffer.alloc(200 * 1024), { qos: 1 })
  lane.publish('gh/v1/lane-1/report', Buffer.alloc(300 * 1024), { qos: 1 })
  await closed(lane)
  expect(refusals).toEqual(['mqtt too-large'])
  expect(front.accept).toHaveBeenCalledTimes(1)
})

test('connections beyond the limit are dropped', async () => {
  const { refusals, socket } = await setup({ maxConnections: 1 })

  await socket()
  const second = await socket()
  await vi.waitFor(() => expect(second.closed).toBe(true))
  expect(refusals).toEqual(['mqtt too-many-connections'])
})

test('a connection that does not introduce itself in time is closed', async () => {
  const { refusals, socket } = await setup({ connectTimeoutMs: 50 })
  const silent = await socket()
  const trickling = await socket()
  trickling.write(connectPacket.subarray(0, 10))

  await vi.waitFor(() => expect([silent.closed, trickling.closed]).toEqual([true, true]))
  expect(refusals).toEqual(['mqtt no-connect', 'mqtt no-connect'])
})

test.each<[string, Buffer]>([
  ['a first packet that is no CONNECT', packet(0xc0)],
  ['an announced length of 256 MB', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])],
  ['an unknown protocol name', packet(0x10, string('QTTM'), Buffer.from([4, 2, 0, 60]), string('lane-1'))],
  [
    'U+0000 in the client id',
    packet(0x10, string('MQTT'), Buffer.from([4, 0xc2, 0, 60]), ...['lane-1\0', 'lane-1', 'secret-one'].map(string)),
  ],
  ['a plain HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
])('%s closes a new connection', async (_name, bytes) => {
  const { front, socket } = await setup()
  const raw = await socket()

  raw.write(bytes)
  await vi.waitFor(() => expect(raw.closed).toBe(true))
  expect(front.signIn).not.toHaveBeenCalled()
})

test.each<[string, Buffer]>([
  ['a second CONNECT', connectPacket],
  ['a topic with U+0000', packet(0x30, string('gh/v1/lane-1/report\0'), Buffer.from('{}'))],
  ['a topic that is no UTF-8', packet(0x30, string(Buffer.from([0x67, 0x68, 0xff, 0xfe])), Buffer.from('{}'))],
  ['a QoS 1 message with packet id 0', packet(0x32, string('gh/v1/lane-1/report'), Buffer.from([0, 0]))],
  [
    'a subscription with packet id 0',
    packet(0x82, Buffer.from([0, 0]), string('gh/v1/lane-1/command'), Buffer.from([1])),
  ],
  ['a subscription that is no UTF-8', packet(0x82, Buffer.from([0, 1]), string(Buffer.from([0xff])), Buffer.from([1]))],
  ['QoS 3', packet(0x36, string('gh/v1/lane-1/report'), Buffer.from([0, 1]))],
  ['an empty topic', packet(0x30, string(''), Buffer.from('{}'))],
  ['a reserved packet type', packet(0xf0)],
])('%s closes a signed-in connection', async (_name, bytes) => {
  const { front, refusals, socket } = await setup()
  const raw = await socket()
  await signIn(raw)

  raw.write(bytes)
  await vi.waitFor(() => expect(raw.closed).toBe(true))
  expect(front.accept).not.toHaveBeenCalled()
  if (bytes !== connectPacket) expect(refusals).toHaveLength(1)
})

test('without TLS only a loopback address is accepted', async () => {
  await expect(setup({ plain: { host: '0.0.0.0', port: 0 } })).rejects.toMatchObject({ code: 'PLAIN_LISTENER_REFUSED' })
})
