import { checkConnect } from './connect.ts'
import { malformed, type Refusal } from './refusal.ts'
import { checkTopicFilter, checkTopicName, FieldReader, missing, type Stretch } from './text.ts'

export const packetTypes = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
} as const

interface PacketRule {
  /** Lower half of the first byte (table 2.2). */
  readonly flags: number
  readonly flagsStatement: string
  readonly check: (body: Stretch) => Refusal | undefined
}

const badPacketId: Refusal = { reason: 'bad-packet-id', statement: 'MQTT-2.3.1-1' }

function checkPacketId(reader: FieldReader): Refusal | undefined {
  const packetId = reader.number()
  if (packetId === undefined) return missing
  return packetId === 0 ? badPacketId : undefined
}

function checkAcknowledgement(body: Stretch): Refusal | undefined {
  const reader = new FieldReader(body)
  return checkPacketId(reader) ?? (reader.isAtEnd() ? undefined : malformed('MQTT-4.8.0-1'))
}

function checkSubscribe(body: Stretch): Refusal | undefined {
  const reader = new FieldReader(body)
  const refusal = checkPacketId(reader)
  if (refusal) return refusal
  if (reader.isAtEnd()) return malformed('MQTT-3.8.3-3')
  while (!reader.isAtEnd()) {
    const filter = reader.field()
    const qos = reader.byte()
    if (!filter || qos === undefined) return missing
    if (qos > 2) return malformed('MQTT-3.8.3-4')
    const problem = checkTopicFilter(filter)
    if (problem) return problem
  }
  return undefined
}

function checkUnsubscribe(body: Stretch): Refusal | undefined {
  const reader = new FieldReader(body)
  const refusal = checkPacketId(reader)
  if (refusal) return refusal
  if (reader.isAtEnd()) return malformed('MQTT-3.10.3-2')
  while (!reader.isAtEnd()) {
    const filter = reader.field()
    const problem = filter ? checkTopicFilter(filter) : missing
    if (problem) return problem
  }
  return undefined
}

const checkEmpty = ({ start, end }: Stretch) => (start === end ? undefined : malformed('MQTT-4.8.0-1'))

/** What a client may send, by packet type. PUBLISH carries flags and a payload and is checked on its way. */
export const packetRules: Readonly<Partial<Record<number, PacketRule>>> = {
  [packetTypes.connect]: { flags: 0, flagsStatement: 'MQTT-2.2.2-2', check: checkConnect },
  [packetTypes.puback]: { flags: 0, flagsStatement: 'MQTT-2.2.2-2', check: checkAcknowledgement },
  [packetTypes.pubrec]: { flags: 0, flagsStatement: 'MQTT-2.2.2-2', check: checkAcknowledgement },
  [packetTypes.pubrel]: { flags: 2, flagsStatement: 'MQTT-3.6.1-1', check: checkAcknowledgement },
  [packetTypes.pubcomp]: { flags: 0, flagsStatement: 'MQTT-2.2.2-2', check: checkAcknowledgement },
  [packetTypes.subscribe]: { flags: 2, flagsStatement: 'MQTT-3.8.1-1', check: checkSubscribe },
  [packetTypes.unsubscribe]: { flags: 2, flagsStatement: 'MQTT-3.10.1-1', check: checkUnsubscribe },
  [packetTypes.pingreq]: { flags: 0, flagsStatement: 'MQTT-2.2.2-2', check: checkEmpty },
  [packetTypes.disconnect]: { flags: 0, flagsStatement: 'MQTT-3.14.1-1', check: checkEmpty },
}

/** DUP is for a message that was sent before, and one of QoS 0 is sent once [MQTT-3.3.1-2]. */
export function checkPublishFlags(flags: number): Refusal | undefined {
  const qos = (flags >> 1) & 3
  if (qos === 3) return malformed('MQTT-3.3.1-4')
  return qos === 0 && flags & 8 ? malformed('MQTT-3.3.1-2') : undefined
}

/** Topic and packet id of a PUBLISH; the payload may be anything. */
export function checkPublishHead({ bytes, start, end }: Stretch, qos: number): Refusal | undefined {
  const topicEnd = qos === 0 ? end : end - 2
  if (qos > 0 && bytes[topicEnd] === 0 && bytes[topicEnd + 1] === 0) return badPacketId
  return checkTopicName({ bytes, start: start + 2, end: topicEnd })
}
