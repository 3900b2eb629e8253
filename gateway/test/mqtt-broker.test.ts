import mqtt from 'mqtt'
import { once, type EventEmitter } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createListenerIdentity } from '../src/adapters/listener-identity.ts'
import { startTestBroker as setup, closed, tlsFile } from './broker-setup.ts'

test('a message is acknowledged only when it is durable', async () => {
  const { front, device } = await setup()
  const disk = Promise.withResolvers<undefined>()
  front.accept.mockReturnValueOnce(disk.promise.then(() => undefined))
  const lane = await device('lane-1')
  const acknowledged = vi.fn()

  const publishing = lane.publishAsync('gh/v1/lane-1/event', '{"id":"1"}', { qos: 1 }).then(acknowledged)
  await vi.waitFor(() => expect(front.accept).toHaveBeenCalledWith('lane-1', 'event', Buffer.from('{"id":"1"}')))
  await lane.publishAsync('gh/v1/lane-1/report', '{}', { qos: 0 })
  expect(acknowledged).not.toHaveBeenCalled()

  disk.resolve(undefined)
  await publishing
  expect(acknowledged).toHaveBeenCalled()
})

test.each([0, 1, 2] as const)('a message of QoS %s is accepted once', async (qos) => {
  const { front, device } = await setup()
  const lane = await device('lane-1')

  await lane.publishAsync('gh/v1/lane-1/report', '{}', { qos })
  await vi.waitFor(() => expect(front.accept).toHaveBeenCalledTimes(1))
})

test('a retained status is accepted', async () => {
  const { front, device } = await setup()
  const lane = await device('lane-1')

  await lane.publishAsync('gh/v1/lane-1/status', 'online', { qos: 1, retain: true })
  expect(front.accept).toHaveBeenCalledWith('lane-1', 'status', Buffer.from('online'))
})

test('a command reaches the device it is for, and only that one', async () => {
  const { broker, device } = await setup()
  const lanes = [await device('lane-1'), await device('lane-2')]
  const received: string[] = []
  for (const lane of lanes) {
    lane.on('message', (topic, payload, { qos, retain }) =>
      received.push(`${topic} ${qos} ${String(retain)} ${payload.toString()}`),
    )
    await lane.subscribeAsync(`gh/v1/${String(lane.options.clientId)}/command`, { qos: 1 })
  }

  await broker.send('lane-1', 'command', { commandId: 'c1', expiresAt: Date.now() + 5000, op: 'open' })
  await vi.waitFor(() => expect(received).toHaveLength(1))
  expect(received[0]).toMatch(/^gh\/v1\/lane-1\/command 1 false \{"commandId":"c1"/)
})

test('a command is sent with the level that was granted, and with a packet id of its own', async () => {
  const { broker, device } = await setup()
  const received: string[] = []
  for (const [deviceId, qos] of [
    ['lane-1', 0],
    ['lane-2', 2],
  ] as const) {
    const lane = await device(deviceId)
    lane.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') received.push(`${deviceId} ${packet.qos} ${packet.messageId ?? 'none'}`)
    })
    await lane.subscribeAsync(`gh/v1/${deviceId}/command`, { qos })
    for (const commandId of ['c1', 'c2']) {
      await broker.send(deviceId, 'command', { commandId, expiresAt: Date.now() + 5000, op: 'open' })
    }
  }

  await vi.waitFor(() => expect(received).toHaveLength(4))
  expect(received.sort()).toEqual(['lane-1 0 none', 'lane-1 0 none', 'lane-2 1 1', 'lane-2 1 2'])
})

test('a command to a device that is away, or past its deadline, is refused', async () => {
  const { broker, device } = await setup()
  const command = { commandId: 'c1', expiresAt: Date.now() + 5000, op: 'open' }

  await expect(broker.send('lane-1', 'command', command)).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' })
  const lane = await device('lane-1')
  await lane.subscribeAsync('gh/v1/lane-1/command', { qos: 1 })
  await expect(broker.send('lane-1', 'command', { ...command, expiresAt: Date.now() - 1 })).rejects.toMatchObject({
    code: 'COMMAND_EXPIRED',
  })
})

test('a command waits for the subscription of a device that has just connected, but not past its deadline', async () => {
  const { broker, device } = await setup()
  const lane = await device('lane-1', { clean: false })
  const received: string[] = []
  lane.on('packetreceive', ({ cmd }) => received.push(cmd))
  const command = (lifeMs: number) => ({ commandId: 'c1', expiresAt: Date.now() + lifeMs, op: 'open' })

  await expect(broker.send('lane-1', 'command', command(20))).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' })
  const sent = broker.send('lane-1', 'command', command(3000))
  await lane.subscribeAsync('gh/v1/lane-1/command', { qos: 1 })
  await sent
  await vi.waitFor(() => expect(received).toContain('publish'))
  expect(received.filter((cmd) => cmd !== 'puback')).toEqual(['suback', 'publish'])
})

test('a device with a persistent session keeps its subscription but gets no command that it missed', async () => {
  const { broker, device } = await setup()
  const first = await device('lane-1', { clean: false })
  await first.subscribeAsync('gh/v1/lane-1/command', { qos: 1 })
  // The device takes the command from the network and dies before it acknowledges.
  first.handleMessage = () => undefined
  await broker.send('lane-1', 'command', { commandId: 'missed', expiresAt: Date.now() + 60_000, op: 'open' })
  first.stream.destroy()
  await vi.waitFor(() => expect(broker.isConnected('lane-1')).toBe(false))
  await expect(broker.send('lane-1', 'command', { commandId: 'offline', op: 'open' })).rejects.toThrow()

  const received: string[] = []
  const second = mqtt.connect({
    ...first.options,
    clean: false,
    reconnectPeriod: 0,
    resubscribe: false,
    manualConnect: true,
  })
  onTestFinished(() => void second.end(true))
  second.on('message', (_topic, payload) => received.push(String(payload)))
  const connected = once(second as unknown as EventEmitter, 'connect')
  second.connect()
  const [connack] = (await connected) as [{ sessionPresent: boolean }]
  await vi.waitFor(() => expect(broker.isConnected('lane-1')).toBe(true))
  expect(connack.sessionPresent).toBe(true)
  await broker.send('lane-1', 'command', { commandId: 'fresh', expiresAt: Date.now() + 5000, op: 'open' })
  await vi.waitFor(() => expect(received).toHaveLength(1))
  expect(received[0]).toContain('fresh')
})

test('a broken connection with a will, one without, and a goodbye are told apart', async () => {
  const { front, device } = await setup()
  const will = { topic: 'gh/v1/lane-1/status', payload: Buffer.from('offline'), qos: 1 as const, retain: true }

  const broken = await device('lane-1', { will })
  broken.stream.destroy()
  await vi.waitFor(() => expect(front.disconnected).toHaveBeenLastCalledWith('lane-1', 'last-will'))

  const withoutWill = await device('lane-1')
  withoutWill.stream.destroy()
  await vi.waitFor(() => expect(front.disconnected).toHaveBeenCalledTimes(2))
  expect(front.disconnected).toHaveBeenLastCalledWith('lane-1', 'disconnected')

  const polite = await device('lane-1', { will })
  await polite.endAsync()
  await vi.waitFor(() => expect(front.disconnected).toHaveBeenCalledTimes(3))
  expect(front.disconnected).toHaveBeenLastCalledWith('lane-1', 'disconnected')
  expect(front.accept).not.toHaveBeenCalled()
})

test.each(['lane-1', 'lane-1-second'])('a second connection as %s takes over without a gap', async (clientId) => {
  const { broker, front, device } = await setup()
  const will = { topic: 'gh/v1/lane-1/status', payload: Buffer.from('offline'), qos: 1 as const, retain: true }
  const first = await device('lane-1', { will })
  const second = await device('lane-1', { clientId })
  await closed(first)
  await second.subscribeAsync('gh/v1/lane-1/command', { qos: 1 })

  expect(front.disconnected).not.toHaveBeenCalled()
  expect(broker.connections()).toBe(1)
  await broker.send('lane-1', 'command', { commandId: 'c1', op: 'open' })
  await second.publishAsync('gh/v1/lane-1/report', '{}', { qos: 1 })
})

test('a device that was removed is disconnected', async () => {
  const { broker, front, device } = await setup()
  const lane = await device('lane-1')

  broker.disconnect('lane-1')
  await closed(lane)
  await vi.waitFor(() => expect(front.disconnected).toHaveBeenCalledWith('lane-1', 'disconnected'))
})

test('a device that talks too fast is slowed down, counted and loses nothing', async () => {
  const { front, refusals, device } = await setup({ messagesPerSecond: 500, messageBurst: 10 })
  const lane = await device('lane-1')

  const publishing = Array.from({ length: 60 }, (_, i) =>
    lane.publishAsync('gh/v1/lane-1/report', String(i), { qos: 1 }),
  )
  await Promise.all(publishing)
  expect(front.accept.mock.calls.map(([, , payload]) => Number(Buffer.from(payload).toString()))).toEqual(
    publishing.map((_, i) => i),
  )
  expect(refusals).toContain('mqtt rate')
})

test('with a certificate devices connect over TLS', async () => {
  const cert = tlsFile('localhost.cert.pem')
  const identity = createListenerIdentity({ cert, key: tlsFile('localhost.key.pem') })
  const { broker, front } = await setup({ tls: { host: '127.0.0.1', port: 0, identity } })
  const lane = await mqtt.connectAsync(`mqtts://localhost:${broker.ports.tls}`, {
    clientId: 'lane-1',
    username: 'lane-1',
    password: 'secret-one',
    ca: cert,
    reconnectPeriod: 0,
  })
  onTestFinished(() => void lane.end(true))

  await lane.publishAsync('gh/v1/lane-1/report', '{}', { qos: 1 })
  expect(front.accept).toHaveBeenCalledTimes(1)
})

test('a broker that stops calls no device offline', async () => {
  const { broker, front, device } = await setup()
  const lane = await device('lane-1')

  await broker.close()
  await closed(lane)
  expect(front.disconnected).not.toHaveBeenCalled()
})
