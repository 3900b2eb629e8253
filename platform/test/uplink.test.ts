import { connect as connectSocket, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { Aedes } from 'aedes'
import mqtt from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { uplinkTopics } from '../src/contract/index.ts'
import {
  batch,
  connectGateway,
  createMemoryPlatform,
  hello,
  openUplink,
  signIn,
  untilClosed,
  useClient,
} from './uplink-setup.ts'

/** Somebody else's broker: lets everybody in. */
async function startForeignBroker() {
  const aedes = await Aedes.createBroker()
  let subscriptions = 0
  aedes.on('subscribe', () => {
    subscriptions += 1
  })
  const server = createServer({ noDelay: true }, aedes.handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    await new Promise<void>((resolve) => {
      aedes.close(resolve)
    })
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `mqtt://127.0.0.1:${port}`, subscriptions: () => subscriptions }
}

async function setup() {
  const platform = createMemoryPlatform()
  const uplink = await openUplink(platform)
  const gateway = await connectGateway(uplink.port, 'gw-1')
  return { platform, uplink, gateway }
}

test('a gateway that says hello is welcomed and gets the desired state that it lacks', async () => {
  const { platform, uplink, gateway } = await setup()
  platform.desired.push({ area: 'parking', revision: 3, body: { permits: [] } })
  await gateway.send(hello())
  await vi.waitFor(() => expect(gateway.received).toHaveLength(2))
  expect(gateway.received).toMatchObject([
    { type: 'welcome', seq: 0 },
    { type: 'desired', area: 'parking', revision: 3, body: { permits: [] } },
  ])
  expect(platform.told.hellos).toMatchObject([{ bootId: 'boot-1', version: '0.1.0' }])
  expect(uplink.link.isOnline('gw-1')).toBe(true)
  expect(platform.online.get('gw-1')).toBe(true)
})

test('a batch is acknowledged after the commit and not before', async () => {
  const { platform, gateway } = await setup()
  const commit = Promise.withResolvers<undefined>()
  platform.sink.gate = commit.promise
  await gateway.send(hello())
  await gateway.send(batch(1, 1, 2))
  await vi.waitFor(() => expect(gateway.of('welcome')).toHaveLength(1))
  expect(gateway.of('ack')).toEqual([])
  commit.resolve(undefined)
  await vi.waitFor(() => expect(gateway.of('ack')).toEqual([{ type: 'ack', batch: 1, lane: 'backlog', seq: 2 }]))
  expect(platform.seqsOf('gw-1')).toEqual([1, 2])
})

test('a batch that could not be stored is not acknowledged; sent again it is', async () => {
  const { platform, gateway } = await setup()
  await gateway.send(hello())
  platform.sink.fails = true
  await gateway.send(batch(1, 1, 2))
  await gateway.send({ type: 'command-accepted', commandId: 'after' })
  await vi.waitFor(() => expect(platform.told.accepted).toEqual(['after']))
  expect(gateway.of('ack')).toEqual([])
  platform.sink.fails = false
  await gateway.send(batch(1, 1, 2))
  await vi.waitFor(() => expect(gateway.of('ack')).toMatchObject([{ batch: 1, seq: 2 }]))
})

test('a batch that comes twice is acknowledged twice and stored once', async () => {
  const { platform, gateway } = await setup()
  await gateway.send(hello())
  await gateway.send(batch(1, 1, 2))
  await gateway.send(batch(1, 1, 2))
  await vi.waitFor(() => expect(gateway.of('ack')).toHaveLength(2))
  expect(platform.seqsOf('gw-1')).toEqual([1, 2])
})

test('one slow gateway does not hold up another', async () => {
  const { platform, uplink, gateway } = await setup()
  const other = await connectGateway(uplink.port, 'gw-2')
  const commit = Promise.withResolvers<undefined>()
  platform.sink.gate = commit.promise
  await gateway.send(batch(1, 1))
  await other.send(hello())
  await vi.waitFor(() => expect(other.of('welcome')).toHaveLength(1))
  expect(gateway.of('ack')).toEqual([])
  commit.resolve(undefined)
})

test('after a restart of the platform both sides go on where they were', async () => {
  const { platform, uplink, gateway } = await setup()
  await gateway.send(hello())
  await gateway.send(batch(1, 1, 2))
  await vi.waitFor(() => expect(gateway.of('ack')).toHaveLength(1))
  const closed = gateway.closed()
  await uplink.close()
  await closed

  const again = await openUplink(platform, { listen: { port: uplink.port } })
  const back = await connectGateway(again.port, 'gw-1')
  await back.send(hello('boot-1', 4))
  await vi.waitFor(() => expect(back.of('welcome')).toMatchObject([{ seq: 2 }]))
  await back.send(batch(2, 3, 4))
  await vi.waitFor(() => expect(back.of('ack')).toMatchObject([{ batch: 2, seq: 4 }]))
})

test('with an external broker the platform may be away: it finds what was sent meanwhile', async () => {
  const broker = await startForeignBroker()
  const platform = createMemoryPlatform()
  const uplink = await openUplink(platform, { brokerUrl: broker.url })
  await vi.waitFor(() => expect(broker.subscriptions()).toBe(1))
  const gateway = await connectGateway(broker.port, 'gw-1')
  await gateway.send(hello())
  await vi.waitFor(() => expect(gateway.of('welcome')).toHaveLength(1))
  await uplink.close()
  await gateway.send(batch(1, 1, 2))

  const again = await openUplink(platform, { brokerUrl: broker.url })
  await vi.waitFor(() => expect(gateway.of('ack')).toMatchObject([{ batch: 1, seq: 2 }]), { timeout: 5000 })
  expect(gateway.of('welcome')).toMatchObject([{ seq: 0 }, { seq: 0, sayHello: true }])
  expect(again.link.isOnline('gw-1')).toBe(true)
})

test('whoever an external broker lets in without being a gateway of ours is not heard', async () => {
  const broker = await startForeignBroker()
  const platform = createMemoryPlatform()
  const uplink = await openUplink(platform, { brokerUrl: broker.url })
  await vi.waitFor(() => expect(broker.subscriptions()).toBe(1))
  const stranger = await connectGateway(broker.port, 'stranger')
  await stranger.send(batch(1, 1))
  await vi.waitFor(async () => expect(await uplink.refusals('unknown-gateway')).toBe(1))
  expect(platform.sink.commits).toBe(0)
})

test('messages to a gateway arrive compressed or plain; to an absent one they are refused', async () => {
  const { uplink, gateway } = await setup()
  const command = { type: 'command', commandId: 'c1', expiresAt: 1, deviceId: 'b', name: 'open', args: {} } as const
  await expect(uplink.link.send('gw-1', command)).rejects.toMatchObject({ code: 'GATEWAY_OFFLINE' })
  await gateway.send(hello())
  await vi.waitFor(() => expect(uplink.link.isOnline('gw-1')).toBe(true))
  await uplink.link.send('gw-1', command)
  await uplink.link.send('gw-1', { ...command, args: { text: 'long '.repeat(1000) } })
  await vi.waitFor(() => expect(gateway.of('command')).toHaveLength(2))
  expect(gateway.of('command')).toMatchObject([command, { args: { text: 'long '.repeat(1000) } }])
})

test('what is not of the protocol is counted and dropped', async () => {
  const { platform, uplink, gateway } = await setup()
  await gateway.send(hello())
  await gateway.sendBytes(Buffer.from('no json'))
  await gateway.sendBytes(Buffer.from([0x1f, 0x8b, 1, 2, 3]))
  await gateway.sendBytes(Buffer.from('{"type":"batch","batch":1}'))
  await gateway.sendBytes(gzipSync(Buffer.alloc(40 * 1024 * 1024)))
  await gateway.send(batch(1, 1))
  await vi.waitFor(() => expect(gateway.of('ack')).toHaveLength(1))
  expect(await uplink.refusals('invalid-message')).toBe(4)
  expect(platform.sink.commits).toBe(1)
})

test("a gateway may not publish to another gateway's topic", async () => {
  const { platform, uplink, gateway } = await setup()
  const closed = gateway.closed()
  gateway.client.publish(uplinkTopics.up('gw-2'), JSON.stringify(batch(1, 1)), { qos: 1 })
  await closed
  expect(platform.seqsOf('gw-2')).toEqual([])
  expect(await uplink.refusals('publish')).toBe(1)
})

test.each([uplinkTopics.down('gw-2'), uplinkTopics.allUp, '#', '$share/g/#', uplinkTopics.up('gw-1')])(
  'a gateway may not listen to %s',
  async (topic) => {
    const { gateway } = await setup()
    await expect(gateway.client.subscribeAsync(topic)).rejects.toThrow()
  },
)

test.each([
  ['a wrong secret', { password: 'guess' }],
  ['an unknown name', { username: 'nobody', clientId: 'gatehouse-nobody' }],
  ['the name of the platform', { username: '$platform', clientId: 'gatehouse-$platform' }],
  ['the client id of another gateway', { clientId: 'gatehouse-gw-2' }],
  [
    'a last will in the name of another',
    { will: { topic: uplinkTopics.up('gw-2'), payload: Buffer.from('x'), qos: 1 as const, retain: false } },
  ],
])('with %s nobody gets in', async (_what, options) => {
  const { uplink } = await setup()
  const client = mqtt.connect(`mqtt://127.0.0.1:${uplink.port}`, { ...signIn('gw-1'), ...options })
  useClient(client, 'gw-1')
  let connected = false
  client.on('connect', () => {
    connected = true
  })
  await untilClosed(client)
  expect(connected).toBe(false)
})

test('a packet of more than 8 MiB closes the connection', async () => {
  const { uplink, gateway } = await setup()
  const closed = gateway.closed()
  gateway.client.publish(uplinkTopics.up('gw-1'), Buffer.alloc(9 * 1024 * 1024), { qos: 0 })
  await closed
  expect(await uplink.refusals('too-large')).toBe(1)
})

test('who does not say who they are is let go', async () => {
  const uplink = await openUplink(createMemoryPlatform(), { listen: { port: 0, connectTimeoutMs: 50 } })
  const socket = connectSocket(uplink.port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  socket.on('error', () => undefined).resume()
  await once(socket, 'close')
})

test('connections beyond the limit are closed', async () => {
  // One of them is the platform's own.
  const uplink = await openUplink(createMemoryPlatform(), { listen: { port: 0, maxConnections: 2 } })
  await connectGateway(uplink.port, 'gw-1')
  const late = mqtt.connect(`mqtt://127.0.0.1:${uplink.port}`, signIn('gw-2'))
  useClient(late, 'gw-2')
  await untilClosed(late)
  expect(await uplink.refusals('too-many-connections')).toBe(1)
})

test('heartbeats, readings and accepted commands reach whom they concern', async () => {
  const { platform, gateway } = await setup()
  await gateway.send(hello())
  await gateway.send({ type: 'heartbeat', clock: Date.now(), backlog: 12 })
  await gateway.send({ type: 'readings', devices: { 'barrier-1': { at: 1, readings: { arm: 'open' } } } })
  await gateway.send({ type: 'command-accepted', commandId: 'c1' })
  await vi.waitFor(() => expect(platform.told).toMatchObject({ backlogs: [12], readings: ['gw-1'], accepted: ['c1'] }))
})

test('what a gateway has waiting is counted without what was just stored', async () => {
  const { platform, gateway } = await setup()
  await gateway.send(hello())
  await gateway.send({ ...batch(1, 1, 2), backlog: 5 })
  await vi.waitFor(() => expect(platform.told.backlogs).toEqual([3]))
})

test('the end of a backlog is told at once, however fast the batches came', async () => {
  const { platform, gateway } = await setup()
  await gateway.send(hello())
  await gateway.send({ ...batch(1, 1, 2), backlog: 5 })
  await gateway.send({ ...batch(2, 3, 4), backlog: 3 })
  await gateway.send({ ...batch(3, 5), backlog: 1 })
  await gateway.send({ ...batch(4, 6), backlog: 1 })
  await vi.waitFor(() => expect(gateway.of('ack')).toHaveLength(4))
  await gateway.send({ type: 'command-accepted', commandId: 'after' })
  await vi.waitFor(() => expect(platform.told.accepted).toEqual(['after']))
  expect(platform.told.backlogs).toEqual([3, 0])
})

test('news that overtake the backlog leave it as it is', async () => {
  const { platform, gateway } = await setup()
  await gateway.send(hello())
  await gateway.send({ ...batch(1, 9), lane: 'live', backlog: 5 })
  await vi.waitFor(() => expect(platform.told.backlogs).toEqual([5]))
})

test('without TLS the broker listens on loopback only', async () => {
  await expect(openUplink(createMemoryPlatform(), { listen: { host: '0.0.0.0', port: 0 } })).rejects.toMatchObject({
    code: 'INVALID_CONFIGURATION',
  })
})
