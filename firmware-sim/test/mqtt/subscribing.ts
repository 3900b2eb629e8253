import { expect } from 'vitest'
import { barrier, greet, idOf, upTo, type Behaviour } from './behaviour.ts'
import { signIn } from './brokers.ts'
import { acknowledge, subscribe, unsubscribe } from './packets.ts'

export const subscribing: readonly Behaviour[] = [
  {
    statements: ['MQTT-3.8.4-1', 'MQTT-3.8.4-2', 'MQTT-3.8.4-4', 'MQTT-3.8.4-5', 'MQTT-3.9.3-1', 'MQTT-3.9.3-2'],
    name: 'each filter of a SUBSCRIBE is answered in its place: granted or refused',
    async run(broker) {
      const connection = await signIn(broker)
      const { downTopic, upTopic } = broker.client
      const filters = ['#', downTopic, '+/+', upTopic, `$share/group/${downTopic}`, '$SYS/#']
      connection.write(
        subscribe(
          filters.map((filter) => [filter, 1] as const),
          4242,
        ),
      )
      const { body } = await connection.next(9)
      expect(idOf(body)).toBe(4242)
      expect([...body.subarray(2)]).toEqual([0x80, 1, 0x80, 0x80, 0x80, 0x80])
      await barrier(connection)
    },
  },
  {
    statements: ['MQTT-2.3.1-7', 'MQTT-3.10.4-1', 'MQTT-3.10.4-4', 'MQTT-3.10.4-5', 'MQTT-3.10.4-6'],
    name: 'UNSUBSCRIBE is answered once by its packet id, also when there was nothing to end',
    async run(broker) {
      const connection = await signIn(broker)
      connection.write(unsubscribe([broker.client.downTopic, 'never/subscribed'], 77))
      const { body, flags } = await connection.next(11)
      expect([flags, idOf(body), body.length]).toEqual([0, 77, 2])
      await barrier(connection)
      expect(connection.packets().filter(({ type }) => type === 11)).toHaveLength(1)
    },
  },
  {
    statements: [
      ...['MQTT-3.3.1-3', 'MQTT-3.3.1-9', 'MQTT-3.3.2-3', 'MQTT-4.3.2-1', 'MQTT-2.3.1-2', 'MQTT-2.3.1-4'],
      ...['MQTT-3.3.5-1', 'MQTT-4.5.0-1', 'MQTT-3.3.2-1'],
    ],
    name: 'what is said to a client comes as QoS 1 with a new packet id, neither DUP nor RETAIN',
    async run(broker) {
      const connection = await greet(broker, 1)
      await broker.tell('one')
      await broker.tell('two')
      await connection.next(3, 2)
      const messages = connection.packets().filter(({ type }) => type === 3)
      const ids = messages.map(({ flags, body }) => {
        const topicEnd = 2 + body.readUInt16BE(0)
        expect(flags).toBe(2)
        expect(body.subarray(2, topicEnd).toString()).toBe(broker.client.downTopic)
        return body.readUInt16BE(topicEnd)
      })
      expect(new Set(ids).size).toBe(2)
      expect(ids).not.toContain(0)
    },
  },
  {
    statements: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'],
    name: 'what is said in an order is heard in that order',
    async run(broker) {
      const connection = await greet(broker, 1)
      for (const index of upTo(20)) await broker.tell(`word ${index}.`)
      await connection.next(3, 20)
      const heard = connection.packets().flatMap(({ type, body }) => (type === 3 ? [body.toString()] : []))
      expect(heard.map((text) => /word (\d+)\./.exec(text)?.[1])).toEqual(upTo(20).map(String))
    },
  },
  {
    statements: ['MQTT-3.8.4-6', 'MQTT-3.8.4-3', 'MQTT-4.3.1-1'],
    name: 'a subscription of QoS 0 replaces one of QoS 1, and what is said then comes as QoS 0',
    async run(broker) {
      const connection = await greet(broker, 1)
      connection.write(subscribe([[broker.client.downTopic, 0]], 5))
      expect([...(await connection.next(9)).body]).toEqual([0, 5, 0])
      await broker.tell('quietly')
      expect((await connection.next(3)).flags).toBe(0)
      await barrier(connection)
      expect(connection.packets().filter(({ type }) => type === 3)).toHaveLength(1)
    },
  },
  {
    statements: ['MQTT-3.10.4-2', 'MQTT-3.10.4-3'],
    name: 'after UNSUBACK nothing more is said, and what was being said may still be acknowledged',
    async run(broker) {
      const connection = await greet(broker, 1)
      await broker.tell('before')
      const { body } = await connection.next(3)
      connection.write(unsubscribe([broker.client.downTopic], 3))
      await connection.next(11)
      await broker.tell('after').catch(() => undefined) // a device that does not listen counts as offline
      connection.write(acknowledge(4, body.readUInt16BE(2 + body.readUInt16BE(0))))
      await barrier(connection)
      expect(connection.packets().filter(({ type }) => type === 3)).toHaveLength(1)
    },
  },
  {
    statements: ['MQTT-3.8.3-2'],
    name: 'filters with wildcards are refused and the connection stays',
    async run(broker) {
      const connection = await signIn(broker)
      const filters = ['#', '+', '/#', `${broker.client.downTopic.split('/').slice(0, -1).join('/')}/+`]
      connection.write(subscribe(filters.map((filter) => [filter, 2] as const)))
      expect([...(await connection.next(9)).body.subarray(2)]).toEqual(filters.map(() => 0x80))
      await barrier(connection)
    },
  },
]
