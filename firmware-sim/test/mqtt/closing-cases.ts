import { introduction, type Client } from './client.ts'
import { answered, guest, hex, raw, stranger, type ClosingCase } from './closing-case.ts'
import { acknowledge, connect, disconnect, field, number, packet, publish, subscribe, unsubscribe } from './packets.ts'
import { textCases } from './text-cases.ts'

/** The body of a valid CONNECT, and the packet made of a part of it. */
const cutConnect = (client: Client, length: number) => packet(0x10, introduction(client).subarray(2, 2 + length))
const withTail = (client: Client, tail: Uint8Array) => packet(0x10, introduction(client).subarray(2), tail)

const types = Array.from({ length: 16 }, (_, type) => type)
const firstPackets = types
  .filter((type) => type !== 1)
  .map((type) =>
    stranger('MQTT-3.1.0-1', `packet type ${type} instead of CONNECT`, () =>
      packet((type << 4) | ([6, 8, 10].includes(type) ? 2 : 0), number(1), field('a'), raw(0)),
    ),
  )

const headers: readonly ClosingCase[] = [
  ...types
    .filter((flags) => flags > 0)
    .map((flags) =>
      stranger('MQTT-2.2.2-2', `CONNECT with header flags ${flags}`, (client) => {
        const bytes = Uint8Array.from(introduction(client))
        bytes[0] = 0x10 | flags
        return bytes
      }),
    ),
  stranger('MQTT-4.8.0-1', 'a remaining length of five bytes', () => raw(0x10, 0x80, 0x80, 0x80, 0x80, 0x01)),
  stranger('MQTT-4.8.0-1', 'a remaining length without end', () => raw(0x10, 0xff, 0xff, 0xff, 0xff, 0xff)),
  guest('MQTT-4.8.0-1', 'a later remaining length of five bytes', () => raw(0x30, 0x80, 0x80, 0x80, 0x80, 0x01)),
]

const connects: readonly ClosingCase[] = [
  ...['mqtt', 'MQTt', 'MQT', 'MQTTT', 'QTTM', '', 'HTTP', 'MQTT\0'].map((protocol) =>
    stranger('MQTT-3.1.2-1', `the protocol name ${JSON.stringify(protocol)}`, (client) =>
      introduction(client, { protocol }),
    ),
  ),
  ...[0, 1, 2, 3, 5, 6, 127, 128, 131, 132, 255].map((level) =>
    answered(
      1,
      stranger('MQTT-3.1.2-2', `protocol level ${level}`, (client) => introduction(client, { level })),
    ),
  ),
  answered(
    1,
    stranger('MQTT-3.1.2-2', 'MQTT 3.1', (client) => introduction(client, { protocol: 'MQIsdp', level: 3 })),
  ),
  ...[0x01, 0xc3, 0x03].map((flags) =>
    stranger('MQTT-3.1.2-3', `the reserved bit in flags ${hex(flags)}`, (client) => introduction(client, { flags })),
  ),
  stranger('MQTT-3.1.2-14', 'a will of QoS 3', (client) => introduction(client, { will: { ...client.will, qos: 3 } })),
  ...[0xca, 0xd2, 0xda].map((flags) =>
    stranger('MQTT-3.1.2-13', `QoS of no will, flags ${hex(flags)}`, (client) => introduction(client, { flags })),
  ),
  stranger('MQTT-3.1.2-15', 'a retained will that is none', (client) => introduction(client, { flags: 0xe2 })),
  stranger('MQTT-3.1.2-22', 'a password without a user name', ({ clientId, password }) =>
    connect({ clientId, password }),
  ),
  stranger('MQTT-3.1.2-19', 'a user name that is announced and missing', ({ clientId }) =>
    connect({ clientId, flags: 0x82 }),
  ),
  stranger('MQTT-3.1.2-21', 'a password that is announced and missing', ({ clientId, user }) =>
    connect({ clientId, user, flags: 0xc2 }),
  ),
  stranger('MQTT-3.1.2-18', 'a user name that is not announced', ({ clientId, user }) =>
    connect({ clientId, user, flags: 0x02 }),
  ),
  stranger('MQTT-3.1.2-20', 'a password that is not announced', ({ clientId, user, password }) =>
    connect({ clientId, user, password, flags: 0x82 }),
  ),
  stranger('MQTT-3.1.2-9', 'a will that is announced and missing', ({ clientId }) =>
    connect({ clientId, flags: 0x06 }),
  ),
  stranger('MQTT-3.1.2-11', 'a will that is not announced', ({ clientId, will }) =>
    connect({ clientId, will, flags: 0x02 }),
  ),
  ...Array.from({ length: 13 }, (_, length) =>
    stranger(length < 12 ? 'MQTT-3.1.4-1' : 'MQTT-3.1.3-3', `a CONNECT that ends after ${length} bytes`, (client) =>
      cutConnect(client, length),
    ),
  ),
  stranger('MQTT-3.1.4-1', 'a byte too many in CONNECT', (client) => withTail(client, raw(0))),
  stranger('MQTT-3.1.4-1', 'a field too many in CONNECT', (client) => withTail(client, field('more'))),
  stranger('MQTT-3.1.4-1', 'a password that is longer than its packet', ({ clientId, user }) =>
    packet(0x10, field('MQTT'), raw(4, 0xc2, 0, 60), field(clientId), field(user), number(99), raw(0x61)),
  ),
  stranger('MQTT-3.1.3-3', 'a client id that is longer than its packet', () =>
    packet(0x10, field('MQTT'), raw(4, 2, 0, 60), number(99), raw(0x61)),
  ),
  answered(
    2,
    stranger('MQTT-3.1.3-8', 'an empty client id with a session that lasts', (client) =>
      introduction(client, { clientId: '', clean: false }),
    ),
  ),
  ...['', 'other'].map((clientId) =>
    answered(
      2,
      stranger('MQTT-3.1.3-9', `the client id ${JSON.stringify(clientId)}`, (client) =>
        introduction(client, { clientId }),
      ),
    ),
  ),
  ...['', '#', '+', 'a/#', 'a/+/b'].map((topic) =>
    stranger(topic === '' ? 'MQTT-4.7.3-1' : 'MQTT-4.7.1-1', `the will topic ${JSON.stringify(topic)}`, (client) =>
      introduction(client, { will: { topic, message: client.will.message } }),
    ),
  ),
  guest('MQTT-3.1.0-2', 'a second CONNECT', (client) => introduction(client)),
  guest('MQTT-3.1.0-2', 'a second CONNECT in another name', (client) => introduction(client, { clientId: 'other' })),
]

const publishes: readonly ClosingCase[] = [
  ...[0x36, 0x37, 0x3e, 0x3f].map((first) =>
    guest('MQTT-3.3.1-4', `QoS 3 in ${hex(first)}`, ({ upTopic, say }) =>
      packet(first, field(upTopic), number(1), Buffer.from(say('x'))),
    ),
  ),
  ...[0x38, 0x39].map((first) =>
    guest('MQTT-3.3.1-2', `a duplicate of QoS 0 in ${hex(first)}`, ({ upTopic, say }) =>
      packet(first, field(upTopic), Buffer.from(say('x'))),
    ),
  ),
  ...['#', '+', 'a/#', '+/a', 'a/+/b', 'a#', 'a+'].map((topic) =>
    guest('MQTT-3.3.2-2', `a message to ${topic}`, ({ say }) => publish(topic, say('x'), { qos: 1 })),
  ),
  guest('MQTT-3.3.2-2', 'a message to the own topic with a wildcard', ({ upTopic, say }) =>
    publish(`${upTopic}/+`, say('x')),
  ),
  guest('MQTT-4.7.3-1', 'a message without a topic', ({ say }) => publish('', say('x'), { qos: 1 })),
  guest('MQTT-4.7.3-2', 'a topic that ends with U+0000', ({ upTopic, say }) => publish(`${upTopic}\0`, say('x'))),
  guest('MQTT-3.3.2-1', 'a topic that is longer than its packet', () => packet(0x30, number(99), raw(0x61))),
  guest('MQTT-3.3.2-1', 'a PUBLISH without anything', () => packet(0x30)),
  guest('MQTT-3.3.2-1', 'a PUBLISH of one byte', () => packet(0x30, raw(0))),
  guest('MQTT-2.3.1-1', 'a message of QoS 1 that ends after its topic', ({ upTopic }) => packet(0x32, field(upTopic))),
  guest('MQTT-2.3.1-1', 'a message of QoS 2 that ends in its packet id', ({ upTopic }) =>
    packet(0x34, field(upTopic), raw(1)),
  ),
  ...[1, 2].flatMap((qos) =>
    [false, true].map((dup) =>
      guest('MQTT-2.3.1-1', `a message of QoS ${qos} with packet id 0${dup ? ', again' : ''}`, ({ upTopic, say }) =>
        publish(upTopic, say('x'), { qos, dup, packetId: 0 }),
      ),
    ),
  ),
]

const names: Readonly<Record<number, string>> = { 4: 'PUBACK', 5: 'PUBREC', 6: 'PUBREL', 7: 'PUBCOMP' }
const acknowledgements: readonly ClosingCase[] = [4, 5, 6, 7].flatMap((type) => {
  const first = (type << 4) | (type === 6 ? 2 : 0)
  const name = names[type] ?? ''
  return [
    guest('MQTT-4.8.0-1', `${name} without a packet id`, () => packet(first)),
    guest('MQTT-4.8.0-1', `${name} with half a packet id`, () => packet(first, raw(1))),
    guest('MQTT-4.8.0-1', `${name} with a byte too many`, () => packet(first, number(1), raw(0))),
    guest('MQTT-2.3.1-1', `${name} of packet id 0`, () => acknowledge(type, 0)),
  ]
})

const wrongFlags: readonly ClosingCase[] = [
  ...[4, 5, 7].flatMap((type) =>
    [1, 2, 4, 8].map((flags) =>
      guest('MQTT-2.2.2-2', `${names[type] ?? ''} with header flags ${flags}`, () =>
        packet((type << 4) | flags, number(1)),
      ),
    ),
  ),
  ...[1, 2, 4, 8].map((flags) =>
    guest('MQTT-2.2.2-2', `PINGREQ with header flags ${flags}`, () => packet(0xc0 | flags)),
  ),
  ...[1, 2, 4, 8].map((flags) =>
    guest('MQTT-3.14.1-1', `DISCONNECT with header flags ${flags}`, () => packet(0xe0 | flags)),
  ),
  ...[0, 1, 3, 6, 10, 15].flatMap((flags) => [
    guest('MQTT-3.6.1-1', `PUBREL with header flags ${flags}`, () => packet(0x60 | flags, number(1))),
    guest('MQTT-3.8.1-1', `SUBSCRIBE with header flags ${flags}`, ({ downTopic }) =>
      packet(0x80 | flags, number(1), field(downTopic), raw(1)),
    ),
    guest('MQTT-3.10.1-1', `UNSUBSCRIBE with header flags ${flags}`, ({ downTopic }) =>
      packet(0xa0 | flags, number(1), field(downTopic)),
    ),
  ]),
]

const badFilters = [
  ['a#', 'MQTT-4.7.1-2'],
  ['#/a', 'MQTT-4.7.1-2'],
  ['a/#/b', 'MQTT-4.7.1-2'],
  ['##', 'MQTT-4.7.1-2'],
  ['a+', 'MQTT-4.7.1-3'],
  ['+a', 'MQTT-4.7.1-3'],
  ['a/b+/c', 'MQTT-4.7.1-3'],
  ['++', 'MQTT-4.7.1-3'],
] as const

const subscriptions: readonly ClosingCase[] = [
  guest('MQTT-2.3.1-1', 'a SUBSCRIBE with packet id 0', ({ downTopic }) => subscribe([[downTopic, 1]], 0)),
  guest('MQTT-2.3.1-1', 'an UNSUBSCRIBE with packet id 0', ({ downTopic }) => unsubscribe([downTopic], 0)),
  guest('MQTT-3.8.3-3', 'a SUBSCRIBE to nothing', () => subscribe([])),
  guest('MQTT-3.10.3-2', 'an UNSUBSCRIBE from nothing', () => unsubscribe([])),
  ...[0x82, 0xa2].flatMap((first) => [
    guest('MQTT-4.8.0-1', `${hex(first)} without anything`, () => packet(first)),
    guest('MQTT-4.8.0-1', `${hex(first)} with half a packet id`, () => packet(first, raw(1))),
    guest('MQTT-4.8.0-1', `${hex(first)} with a filter that is longer than its packet`, () =>
      packet(first, number(1), number(99), raw(0x61, 0)),
    ),
    guest('MQTT-4.7.3-1', `${hex(first)} with an empty filter`, () =>
      packet(first, number(1), field(''), first === 0x82 ? raw(0) : raw()),
    ),
  ]),
  guest('MQTT-3.8.3-4', 'a SUBSCRIBE without QoS', ({ downTopic }) => packet(0x82, number(1), field(downTopic))),
  ...[3, 4, 0x40, 0x80, 0xff].map((qos) =>
    guest('MQTT-3.8.3-4', `a SUBSCRIBE of QoS ${hex(qos)}`, ({ downTopic }) => subscribe([[downTopic, qos]])),
  ),
  guest('MQTT-3.8.3-4', 'a second filter of QoS 3', ({ downTopic }) =>
    subscribe([
      [downTopic, 1],
      ['a', 3],
    ]),
  ),
  ...badFilters.flatMap(([filter, statement]) => [
    guest(statement, `a SUBSCRIBE to ${filter}`, () => subscribe([[filter, 0]])),
    guest(statement, `an UNSUBSCRIBE from ${filter}`, () => unsubscribe([filter])),
  ]),
]

const others: readonly ClosingCase[] = [
  ...[
    [0, 'the reserved type 0'],
    [2, 'CONNACK'],
    [9, 'SUBACK'],
    [11, 'UNSUBACK'],
    [13, 'PINGRESP'],
    [15, 'the reserved type 15'],
  ].map(([type, name]) =>
    guest('MQTT-4.8.0-1', `${String(name)} from a client`, () => packet(Number(type) << 4, number(1))),
  ),
  guest('MQTT-4.8.0-1', 'a PINGREQ with a body', () => packet(0xc0, raw(0))),
  guest('MQTT-4.8.0-1', 'a DISCONNECT with a body', () => packet(0xe0, raw(0))),
  guest('MQTT-3.14.4-1', 'a DISCONNECT', () => disconnect),
  guest('MQTT-3.14.4-2', 'whatever follows a DISCONNECT', ({ upTopic, say }) =>
    Buffer.concat([disconnect, publish(upTopic, say('x'), { qos: 1 })]),
  ),
]

export const closingCases: readonly ClosingCase[] = [
  ...textCases,
  ...firstPackets,
  ...headers,
  ...connects,
  ...publishes,
  ...acknowledgements,
  ...wrongFlags,
  ...subscriptions,
  ...others,
]
