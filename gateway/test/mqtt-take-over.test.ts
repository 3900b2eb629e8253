import mqtt, { MqttClient } from 'mqtt'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startTestBroker } from './broker-setup.ts'

const credentials = { clientId: 'lane-1', username: 'lane-1', password: 'secret-one', reconnectPeriod: 0 }

/** A line that can die without a word: nothing gets through any more, and nobody hangs up. */
async function startDyingLine(port: number) {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    for (const socket of [near, far]) socket.on('error', () => undefined)
    near.pipe(far)
    far.pipe(near)
    sockets.push(near, far)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, credentials)
  onTestFinished(() => void device.end(true))
  return {
    device,
    die() {
      for (const socket of sockets) socket.unpipe()
    },
  }
}

async function setup() {
  const house = await startTestBroker()
  const port = house.broker.ports.plain ?? 0
  const told = () => house.front.takenOver.mock.calls
  return { ...house, port, told }
}

test('a connection that nobody holds any more is told from one that somebody holds', async () => {
  const { port, device, told } = await setup()
  const line = await startDyingLine(port)
  line.die()
  const second = await device('lane-1')
  await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 3000 })
  await device('lane-1', { clientId: 'lane-1-other' })
  await vi.waitFor(() => expect(told()).toHaveLength(2), { timeout: 3000 })
  expect(second.connected).toBe(false)

  const here = ['127.0.0.1', '127.0.0.1']
  expect(told()).toEqual([
    ['lane-1', { credential: 'secret', addresses: here, isElsewhere: false, wasAlive: false }],
    ['lane-1', { credential: 'secret', addresses: here, isElsewhere: true, wasAlive: true }],
  ])
})

test('addresses are those of both connections', async () => {
  const { port, device, told } = await setup()
  await device('lane-1')
  const far = new MqttClient(() => connect({ port, host: '127.0.0.1', localAddress: '127.0.3.1' }), credentials)
  onTestFinished(() => void far.end(true))
  await vi.waitFor(() => expect(told()).toHaveLength(1))
  expect(told()[0]?.[1]).toMatchObject({ addresses: ['127.0.0.1', '127.0.3.1'], isElsewhere: true, wasAlive: true })
})

test('what the earlier connection still sends is not taken, and its end is no goodbye of the device', async () => {
  const { front, device, told, broker } = await setup()
  const first = await device('lane-1')
  const second = await device('lane-1', { clientId: 'lane-1-other' })
  first.publish('gh/v1/lane-1/event', '{"late":true}', { qos: 0 })
  await vi.waitFor(() => expect(told()).toHaveLength(1))
  await second.publishAsync('gh/v1/lane-1/event', '{}', { qos: 1 })
  expect(front.accept.mock.calls.map(([, , payload]) => Buffer.from(payload).toString())).toEqual(['{}'])
  expect(front.disconnected).not.toHaveBeenCalled()
  expect(broker.connections()).toBe(1)
})

test('a device that reconnects after its connection was closed takes over from nobody', async () => {
  const { device, broker, told } = await setup()
  for (let time = 0; time < 3; time += 1) {
    const client = await device('lane-1')
    client.stream.destroy()
    await vi.waitFor(() => expect(broker.isConnected('lane-1')).toBe(false))
  }
  await device('lane-1')
  expect(told()).toEqual([])
})
