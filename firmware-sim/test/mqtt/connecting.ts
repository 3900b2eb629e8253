import { setTimeout as delay } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { barrier, upTo, type Behaviour } from './behaviour.ts'
import { leave, openSocket, signIn } from './brokers.ts'
import { introduction } from './client.ts'
import { packet, pingreq, publish, subscribe } from './packets.ts'

const refused = [
  ['a wrong password', { password: 'wrong' }],
  ['an unknown user', { user: 'nobody' }],
  ['a client id of somebody else', { clientId: 'other' }],
] as const

const refusals: readonly Behaviour[] = refused.map(([what, parts]) => ({
  statements: ['MQTT-3.1.4-5', 'MQTT-3.2.2-4', 'MQTT-3.2.2-5'],
  name: `after ${what} nothing more is heard`,
  async run(broker) {
    const { upTopic, say } = broker.client
    const connection = await openSocket(broker.port)
    connection.write(introduction(broker.client, parts), publish(upTopic, say('x'), { qos: 1 }))
    await connection.closed()
    const [connack, ...more] = connection.packets()
    expect([connack?.type, connack?.body[0]]).toEqual([2, 0])
    expect(connack?.body[1]).toBeGreaterThanOrEqual(2)
    expect(more).toEqual([])
    expect(broker.heard()).toEqual([])
  },
}))

export const connecting: readonly Behaviour[] = [
  ...refusals,
  {
    statements: ['MQTT-3.1.4-4', 'MQTT-3.2.0-1', 'MQTT-3.2.2-1', 'MQTT-3.2.2-3', 'MQTT-3.1.4-3'],
    name: 'who may come in is answered first of all with CONNACK 0, without a session',
    async run(broker) {
      const connection = await openSocket(broker.port)
      connection.write(introduction(broker.client), pingreq)
      await connection.next(13)
      expect(connection.packets().map(({ type }) => type)).toEqual([2, 13])
      expect([...(connection.packets()[0]?.body ?? [])]).toEqual([0, 0])
    },
  },
  {
    statements: ['MQTT-3.1.4-4', 'MQTT-4.3.2-2'],
    name: 'a client need not wait for CONNACK, however much it has to say',
    async run(broker) {
      const { upTopic, say } = broker.client
      const connection = await openSocket(broker.port)
      const messages = upTo(100).map((index) => publish(upTopic, say(String(index)), { qos: 1, packetId: index + 1 }))
      connection.write(introduction(broker.client), ...messages)
      await connection.next(4, 100)
      expect(broker.heard()).toEqual(upTo(100).map(String))
    },
  },
  {
    statements: ['MQTT-7.1.1-1'],
    name: 'a stream may come byte by byte',
    async run(broker) {
      const { upTopic, downTopic, say } = broker.client
      const connection = await openSocket(broker.port)
      const stream = Buffer.concat([
        introduction(broker.client),
        subscribe([[downTopic, 1]]),
        publish(upTopic, say('门岗'), { qos: 1 }),
      ])
      for (const byte of stream) {
        connection.write(Uint8Array.of(byte))
        await new Promise(setImmediate)
      }
      await connection.next(4)
      expect(broker.heard()).toEqual(['门岗'])
    },
  },
  {
    statements: ['MQTT-3.1.4-2', 'MQTT-3.1.3-2'],
    name: 'a second connection of the same client ends the first',
    async run(broker) {
      const first = await signIn(broker)
      const second = await signIn(broker)
      await first.closed()
      await barrier(second)
    },
  },
  {
    statements: ['MQTT-3.12.4-1', 'MQTT-3.1.2-24'],
    name: 'PINGREQ is answered and keeps the connection',
    async run(broker) {
      const connection = await signIn(broker, { keepAliveS: 1 })
      for (let ping = 0; ping < 5; ping += 1) {
        await barrier(connection)
        await delay(500) // the keep-alive itself is under test
      }
      expect(connection.isClosed()).toBe(false)
    },
  },
  {
    statements: ['MQTT-3.1.2-4', 'MQTT-3.2.2-2', 'MQTT-3.1.2-6', 'MQTT-4.1.0-1', 'MQTT-4.1.0-2'],
    name: 'a session that is to last is found again, until a client asks for a new one',
    only: 'gateway',
    async run(broker) {
      const first = await signIn(broker, { clean: false })
      first.write(subscribe([[broker.client.downTopic, 1]]))
      await first.next(9)
      await leave(first)

      const second = await openSocket(broker.port)
      second.write(introduction(broker.client, { clean: false }))
      expect([...(await second.next(2)).body]).toEqual([1, 0])
      await broker.tell('hello')
      await second.next(3)
      await leave(second)

      await leave(await signIn(broker, { clean: true }))
      await leave(await signIn(broker, { clean: false }))
    },
  },
]

export const wills: readonly Behaviour[] = [
  {
    statements: ['MQTT-3.1.2-8', 'MQTT-3.1.2-10', 'MQTT-3.1.2-16'],
    name: 'the will of a client that breaks off is carried out once',
    async run(broker) {
      const connection = await signIn(broker, { will: broker.client.will })
      connection.socket.destroy()
      await vi.waitFor(() => expect(broker.wills()).toBe(1))
      await leave(await signIn(broker))
      expect(broker.wills()).toBe(1)
    },
  },
  {
    statements: ['MQTT-3.1.2-8'],
    name: 'the will of a client that breaks the rules is carried out',
    async run(broker) {
      const connection = await signIn(broker, { will: { ...broker.client.will, qos: 1 } })
      connection.write(packet(0xf0))
      await connection.closed()
      await vi.waitFor(() => expect(broker.wills()).toBe(1))
    },
  },
  {
    statements: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'],
    name: 'a client that says goodbye takes its will with it',
    async run(broker) {
      await leave(await signIn(broker, { will: broker.client.will }))
      const again = await signIn(broker)
      await barrier(again)
      expect(broker.wills()).toBe(0)
    },
  },
  {
    statements: ['MQTT-3.1.2-12'],
    name: 'a client without a will leaves none',
    async run(broker) {
      const connection = await signIn(broker)
      connection.socket.destroy()
      await barrier(await signIn(broker))
      expect(broker.wills()).toBe(0)
    },
  },
]
