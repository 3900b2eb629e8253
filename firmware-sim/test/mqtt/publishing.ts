import { expect, vi } from 'vitest'
import { barrier, greet, idOf, type Behaviour } from './behaviour.ts'
import { openSocket, signIn } from './brokers.ts'
import { introduction } from './client.ts'
import { acknowledge, publish, subscribe } from './packets.ts'

export const publishing: readonly Behaviour[] = [
  {
    statements: ['MQTT-2.3.1-5', 'MQTT-3.3.4-1'],
    name: 'a message of QoS 0 is taken and not answered',
    async run(broker) {
      const { upTopic, say } = broker.client
      const connection = await signIn(broker)
      connection.write(publish(upTopic, say('once')))
      await vi.waitFor(() => expect(broker.heard()).toEqual(['once']))
      await barrier(connection)
      expect(connection.packets().map(({ type }) => type)).toEqual([2, 13])
    },
  },
  {
    statements: ['MQTT-2.3.1-6', 'MQTT-4.3.2-2', 'MQTT-3.3.4-1', 'MQTT-4.6.0-2'],
    name: 'messages of QoS 1 are acknowledged by their packet ids, in their order',
    async run(broker) {
      const { upTopic, say } = broker.client
      const connection = await signIn(broker)
      const ids = [7, 65_535, 1, 300, 2]
      connection.write(...ids.map((packetId) => publish(upTopic, say(String(packetId)), { qos: 1, packetId })))
      await connection.next(4, ids.length)
      const acknowledged = connection.packets().filter(({ type }) => type === 4)
      expect(acknowledged.map(({ body }) => idOf(body))).toEqual(ids)
      expect(broker.heard()).toEqual(ids.map(String))
    },
  },
  {
    statements: ['MQTT-4.3.2-2'],
    name: 'after PUBACK the same packet id is a new message, whether it says DUP or not',
    async run(broker) {
      const { upTopic, say } = broker.client
      const connection = await signIn(broker)
      connection.write(publish(upTopic, say('first'), { qos: 1 }))
      await connection.next(4)
      connection.write(publish(upTopic, say('second'), { qos: 1, dup: true }))
      await connection.next(4, 2)
      expect(broker.heard()).toEqual(['first', 'second'])
    },
  },
  {
    statements: ['MQTT-4.3.3-2', 'MQTT-4.6.0-3', 'MQTT-2.3.1-6'],
    name: 'a message of QoS 2 is taken once, however often it is sent before PUBREL',
    only: 'gateway',
    async run(broker) {
      const { upTopic, say } = broker.client
      const connection = await signIn(broker)
      connection.write(publish(upTopic, say('one'), { qos: 2, packetId: 9 }))
      expect(idOf((await connection.next(5)).body)).toBe(9)
      connection.write(acknowledge(6, 9))
      expect(idOf((await connection.next(7)).body)).toBe(9)
      connection.write(publish(upTopic, say('two'), { qos: 2, packetId: 9 }))
      await connection.next(5, 2)
      expect(broker.heard()).toEqual(['one', 'two'])
    },
  },
  {
    statements: ['MQTT-3.3.5-2'],
    name: 'a message to a topic of somebody else ends the connection',
    async run(broker) {
      const connection = await signIn(broker)
      connection.write(publish('gh/v1/somebody/else', broker.client.say('x'), { qos: 1 }))
      await connection.closed()
      expect(broker.heard()).toEqual([])
      expect(connection.packets().map(({ type }) => type)).toEqual([2])
    },
  },
  {
    statements: ['MQTT-1.5.3-3', 'MQTT-4.7.3-4'],
    name: 'topics are compared character by character: no byte order mark is skipped, no case is folded',
    async run(broker) {
      const { downTopic } = broker.client
      const connection = await signIn(broker)
      connection.write(
        subscribe([
          [`\ufeff${downTopic}`, 1],
          [downTopic.toUpperCase(), 1],
          [`${downTopic}/`, 1],
          [downTopic, 1],
        ]),
      )
      expect([...(await connection.next(9)).body]).toEqual([0, 1, 0x80, 0x80, 0x80, 1])
    },
  },
]

export const staleness: readonly Behaviour[] = [
  {
    statements: ['MQTT-3.1.2-5'],
    name: 'what is said while a client is away is refused and never said later',
    async run(broker) {
      const away = await greet(broker, 1, false)
      away.socket.destroy()
      await away.closed()
      await broker.tell('open').catch(() => undefined)

      const back = await openSocket(broker.port)
      back.write(introduction(broker.client, { clean: false }), subscribe([[broker.client.downTopic, 1]]))
      await back.next(9)
      await barrier(back)
      expect(back.packets().filter(({ type }) => type === 3)).toEqual([])
    },
  },
  {
    statements: ['MQTT-4.4.0-1'],
    name: 'what a client did not acknowledge is not said again to its next connection',
    async run(broker) {
      const first = await greet(broker, 1, false)
      await broker.tell('open')
      await first.next(3)
      first.socket.destroy()
      await first.closed()

      const back = await openSocket(broker.port)
      back.write(introduction(broker.client, { clean: false }), subscribe([[broker.client.downTopic, 1]]))
      await back.next(9)
      await barrier(back)
      expect(back.packets().filter(({ type }) => type === 3)).toEqual([])
    },
  },
  {
    statements: ['MQTT-3.3.1-5'],
    name: 'nothing that a client wants retained is kept for a later subscriber',
    async run(broker) {
      const { will, upTopic, downTopic, say } = broker.client
      const isGateway = will.topic !== upTopic
      const connection = await signIn(broker)
      connection.write(publish(isGateway ? will.topic : upTopic, say('kept?'), { qos: 1, retain: true }))
      // A device may mark its status so; whatever else is marked ends the connection.
      if (isGateway) await connection.next(4)
      else await connection.closed()
      const later = await signIn(broker)
      later.write(subscribe([[downTopic, 1]]))
      await later.next(9)
      await barrier(later)
      expect(later.packets().filter(({ type }) => type === 3)).toEqual([])
    },
  },
]
