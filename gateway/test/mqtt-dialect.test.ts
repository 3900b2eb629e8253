import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { DesiredDevice, DesiredFile } from '@gatehouse/platform/contract'
import { assert, asyncProperty, constant, jsonValue, oneof, string, uint8Array } from 'fast-check'
import mqtt, { type IClientOptions } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startPlatform, startTestGateway } from './compound-setup.ts'

const run = promisify(execFile)
const wait = { timeout: 8000 }

const camera = (deviceId: string, settings: DesiredDevice['settings'] = {}): DesiredDevice => ({
  ...{ deviceId, kind: 'vzenith-camera', name: deviceId, place: 'test' },
  ...{ secret: `secret of ${deviceId}`, settings },
})

const desired: DesiredFile = {
  devices: {
    devices: [
      camera('8fcd1c4e-20ca9ecb', { direction: 'in', passedInput: 1 }),
      camera('lane-out', { direction: 'out', sn: '265E1040-85E01FB7', openWith: 'gpio_out' }),
    ],
  },
  parking: { permits: [{ plate: '沪A12345', kind: 'monthly', holder: 'Li' }] },
}
const sn = '8fcd1c4e-20ca9ecb'
const topic = (rest: string, name = sn) => `device/${name}/message/${rest}`

let plates = 0
function ivsResult(plate: string, { offline = false, at = Date.now() } = {}) {
  plates += 1
  const PlateResult = {
    ...{ license: Buffer.from(plate).toString('base64'), confidence: 97, colorType: 1, type: 1, triggerType: 8 },
    ...{ isoffline: offline ? 1 : 0, plateid: plates, bright: 0, imagePath: 'aW1ncy8x' },
    timeStamp: { Timeval: { sec: Math.floor(at / 1000), usec: (at % 1000) * 1000 } },
  }
  return JSON.stringify({
    name: 'ivs_result',
    sn,
    payload: { AlarmInfoPlate: { channel: 0, result: { PlateResult } } },
  })
}

async function setup() {
  const platform = await startPlatform()
  const gateway = await startTestGateway({ GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` }, desired)
  const connect = async (deviceId: string, options: IClientOptions = {}) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, {
      ...{ clientId: deviceId, username: deviceId, password: `secret of ${deviceId}`, reconnectPeriod: 0 },
      ...options,
    })
    client.on('error', () => undefined)
    onTestFinished(() => void client.end(true))
    return client
  }
  const mosquitto = ['-h', '127.0.0.1', '-p', String(gateway.mqttPort), '-u', sn, '-P', `secret of ${sn}`]
  return { platform, gateway, connect, mosquitto }
}

test('mosquitto plays the camera: a known plate is answered with the order to open, and the answer is heard', async () => {
  const { platform, mosquitto } = await setup()
  const rr = spawn('mosquitto_rr', [
    ...[...mosquitto, '-V', '311', '-i', sn, '-q', '1', '-W', '8', '-e', topic('down/ivs_result')],
    ...['-t', topic('up/ivs_result'), '-m', ivsResult('沪A12345')],
  ])
  onTestFinished(() => void rr.kill())
  const [line] = (await once(createInterface(rr.stdout), 'line')) as [string]
  const { msgId, ...rest } = (JSON.parse(line) as { Response_AlarmInfoPlate: { msgId: string } })
    .Response_AlarmInfoPlate
  expect(rest).toEqual({ info: 'ok', channelNum: 0, delay: 1000 })
  await run('mosquitto_pub', [
    ...[...mosquitto, '-V', '311', '-i', `${sn}-answer`, '-q', '1', '-t', topic('down/ivs_result/reply')],
    ...['-m', JSON.stringify({ state_code: 200, msgId })],
  ])
  await vi.waitFor(() => expect(platform.recordsOf('parking.entry-opened')).toHaveLength(1), wait)
  expect(platform.recordsOf('devices.command-failed')).toEqual([])
})

/** A camera that answers every order. */
async function startCamera(connect: (deviceId: string, options?: IClientOptions) => Promise<mqtt.MqttClient>) {
  const client = await connect(sn)
  const orders: string[] = []
  client.on('message', (to, payload) => {
    orders.push(to)
    const order = JSON.parse(payload.toString()) as { Response_AlarmInfoPlate?: { msgId: string }; id?: string }
    const msgId = order.Response_AlarmInfoPlate?.msgId ?? order.id
    client.publish(`${to}/reply`, JSON.stringify({ state_code: 200, msgId }), { qos: 0 })
  })
  await client.subscribeAsync(topic('down/+'), { qos: 1 })
  const say = (rest: string, payload: string, qos: 0 | 1 = 1) => client.publishAsync(topic(rest), payload, { qos })
  return { client, orders, say }
}

test('a read that comes twice opens once; what was kept while offline opens nothing and is told as late', async () => {
  const { platform, connect } = await setup()
  const { orders, say } = await startCamera(connect)
  const read = ivsResult('沪A12345')
  await say('up/ivs_result', read)
  await say('up/ivs_result', read)
  await vi.waitFor(() => expect(orders).toEqual([topic('down/ivs_result')]), wait)
  await say('up/ivs_result', ivsResult('沪A12345', { offline: true, at: Date.now() - 5000 }))
  await vi.waitFor(() => expect(platform.recordsOf('parking.entry-opened')).toHaveLength(2), wait)
  expect(platform.recordsOf('parking.entry-opened').map(({ late }) => late ?? false)).toEqual([false, true])
  expect(orders).toHaveLength(1)
})

test('a camera that sends with QoS 0 is heard all the same, and the loop behind the arm tells who has passed', async () => {
  const { platform, connect } = await setup()
  const { orders, say } = await startCamera(connect)
  await say('up/keep_alive', JSON.stringify({ name: 'keep_alive', timestamp: Math.floor(Date.now() / 1000) }), 0)
  await say('up/ivs_result', ivsResult('沪A12345'), 0)
  await vi.waitFor(() => expect(orders).toHaveLength(1), wait)
  const input = (value: number) => {
    const TriggerResult = { source: 1, value }
    const payload = { body: { AlarmGioIn: { result: { TriggerResult } } } }
    return JSON.stringify({ id: `io-${value}`, timestamp: Math.floor(Date.now() / 1000), payload })
  }
  await say('up/gpio_in', input(1), 0)
  await say('up/gpio_in', input(0), 0)
  await vi.waitFor(() => expect(platform.recordsOf('parking.vehicle-passed')).toHaveLength(1), wait)
})

test('a camera may sign in with its serial number, written as it likes, and gets orders where it listens', async () => {
  const { platform, connect } = await setup()
  const serial = '265E1040-85E01FB7'
  const client = await connect('lane-out', { username: serial, clientId: serial })
  const orders: [string, unknown][] = []
  client.on('message', (to, payload) => orders.push([to, JSON.parse(payload.toString())]))
  await client.subscribeAsync(topic('down/gpio_out', serial.toLowerCase()), { qos: 1 })
  await client.publishAsync(topic('up/ivs_result', serial.toLowerCase()), ivsResult('沪A12345'), { qos: 1 })
  await vi.waitFor(() => expect(orders).toHaveLength(1), wait)
  expect(orders).toMatchObject([
    [topic('down/gpio_out', serial.toLowerCase()), { payload: { body: { io: 0, value: 2 } } }],
  ])
  const told = () => expect(platform.recordsOf('parking.exit-opened')).toMatchObject([{ deviceId: 'lane-out' }])
  await vi.waitFor(told, wait)
})

const closed = (client: mqtt.MqttClient) => vi.waitFor(() => expect(client.connected).toBe(false), wait)

test.each([
  ['another camera', topic('up/ivs_result', 'lane-out')],
  ['the house, in its own name', `gh/v1/${sn}/event`],
  ['its own commands', topic('down/gpio_out')],
])('a camera may not speak for %s', async (_who, to) => {
  const { connect } = await setup()
  const client = await connect(sn)
  client.publish(to, ivsResult('沪A12345'), { qos: 1 })
  await closed(client)
})

test.each([topic('down/#', 'lane-out'), 'device/+/message/down/+', '#', topic('up/#'), `gh/v1/${sn}/command`])(
  'a camera may not listen to %s',
  async (filter) => {
    const { connect } = await setup()
    const client = await connect(sn)
    await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow()
  },
)

test('garbage ends the connection or is taken for a sign of life, and never harms the gateway', async () => {
  const { platform, connect } = await setup()
  const read = JSON.parse(ivsResult('沪B00001')) as { payload: { AlarmInfoPlate: { result: { PlateResult: object } } } }
  const spoilt = jsonValue().map((value) => {
    const [field] = Object.keys(read.payload.AlarmInfoPlate.result.PlateResult).slice(-1)
    const PlateResult = { ...read.payload.AlarmInfoPlate.result.PlateResult, license: value, [field ?? '']: value }
    return JSON.stringify({ payload: { AlarmInfoPlate: { result: { PlateResult } } } })
  })
  const payloads = oneof(
    uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    string(),
    jsonValue().map((value) => JSON.stringify(value)),
    spoilt,
  )
  const topics = oneof(...['up/ivs_result', 'up/gpio_in', 'up/keep_alive', 'down/x/reply'].map(constant))
  await assert(
    asyncProperty(topics, payloads, async (to, payload) => {
      const client = await connect(sn)
      const ended = new Promise<void>((resolve) => client.once('close', () => resolve()))
      const acknowledged = client.publishAsync(topic(to), payload, { qos: 1 }).catch(() => undefined)
      await Promise.race([ended, acknowledged])
      await client.endAsync(true)
    }),
    { numRuns: 150 },
  )
  const { orders, say } = await startCamera(connect)
  await say('up/ivs_result', ivsResult('沪A12345'))
  await vi.waitFor(() => expect(orders).toHaveLength(1), wait)
  await vi.waitFor(() => expect(platform.recordsOf('parking.entry-opened')).toHaveLength(1), wait)
})
