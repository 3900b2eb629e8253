import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectSocket, type Socket } from 'node:net'
import { expect, onTestFinished, vi } from 'vitest'
import { startMqttBroker, type MqttBrokerOptions } from '../src/adapters/mqtt-broker/mqtt-broker.ts'
import type { DeviceFront } from '../src/core/ports.ts'
import { nativeDialect } from '../src/protocol/index.ts'

const secrets: Readonly<Record<string, string>> = { 'lane-1': 'secret-one', 'lane-2': 'secret-two' }
export const tlsFile = (name: string) => readFileSync(new URL(`fixtures/tls/${name}`, import.meta.url), 'utf8')

const speakerOf: DeviceFront['speakerOf'] = (name) => ({
  ...{ deviceId: name, topicName: name, dialect: nativeDialect },
  encode: (payload) => ({ payload }),
})

export async function startTestBroker(options: MqttBrokerOptions = {}) {
  const front = {
    speakerOf: vi.fn<DeviceFront['speakerOf']>(speakerOf),
    signIn: vi.fn<DeviceFront['signIn']>((deviceId, secret) => (secrets[deviceId] === secret ? 'admitted' : 'refused')),
    takenOver: vi.fn<DeviceFront['takenOver']>(),
    accept: vi.fn<DeviceFront['accept']>(() => Promise.resolve()),
    connected: vi.fn(),
    disconnected: vi.fn(),
  }
  const refusals: string[] = []
  const counter = { refused: (listener: string, reason: string) => void refusals.push(`${listener} ${reason}`) }
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const broker = await startMqttBroker(
    { plain: { host: '127.0.0.1', port: 0 }, ...options },
    { front, counter, logger },
  )
  onTestFinished(() => broker.close())
  const port = broker.ports.plain ?? 0

  async function device(deviceId: string, client: IClientOptions = {}): Promise<MqttClient> {
    const connection = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId: deviceId,
      username: deviceId,
      password: secrets[deviceId] ?? 'none',
      reconnectPeriod: 0,
      ...client,
    })
    onTestFinished(() => void connection.end(true))
    connection.on('error', () => undefined)
    await vi.waitFor(() => expect(broker.isConnected(deviceId)).toBe(true))
    return connection
  }
  async function socket(): Promise<Socket> {
    const raw = connectSocket(port, '127.0.0.1')
    onTestFinished(() => void raw.destroy())
    raw.on('error', () => undefined)
    await once(raw, 'connect')
    return raw
  }
  return { broker, front, refusals, logger, device, socket }
}

export const string = (text: string | Buffer) => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
export const packet = (first: number, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([first, body.length]), body])
}
/** A CONNECT of lane-1, clean session, keep-alive 60 s. */
export const connectPacket = packet(
  0x10,
  string('MQTT'),
  Buffer.from([4, 0xc2, 0, 60]),
  ...['lane-1', 'lane-1', 'secret-one'].map(string),
)
export const closed = (client: MqttClient) => vi.waitFor(() => expect(client.connected).toBe(false))

export async function signIn(raw: Socket) {
  raw.write(connectPacket)
  const [connack] = (await once(raw, 'data')) as [Buffer]
  expect([...connack]).toEqual([0x20, 2, 0, 0])
}
