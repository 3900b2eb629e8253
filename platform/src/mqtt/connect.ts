import { malformed, type Refusal } from './refusal.ts'
import { checkText, checkTopicName, equals, FieldReader, missing, type Stretch } from './text.ts'

/** Bits of the connect flags (3.1.2.3). */
const reservedBit = 0x01
const cleanSession = 0x02
const willFlag = 0x04
const willQos = 0x18
const willRetain = 0x20
const passwordFlag = 0x40
const userNameFlag = 0x80

const unacceptableVersion: Refusal = { reason: 'protocol-version', statement: 'MQTT-3.1.2-2', returnCode: 1 }

/** Checks the body of a CONNECT. What is wrong with the packet itself is not answered [MQTT-3.1.4-1]. */
export function checkConnect(body: Stretch): Refusal | undefined {
  const reader = new FieldReader(body)
  const name = reader.field()
  if (!name) return missing
  const level = reader.byte()
  // A client of MQTT 3.1 understands this answer too; any other protocol is not spoken to.
  if (equals(name, 'MQIsdp')) return unacceptableVersion
  if (!equals(name, 'MQTT')) return malformed('MQTT-3.1.2-1')
  if (level === undefined) return missing
  if (level !== 4) return unacceptableVersion
  const flags = reader.byte()
  const keepAlive = reader.number()
  if (flags === undefined || keepAlive === undefined) return missing
  return checkFlags(flags) ?? checkPayload(flags, reader)
}

function checkFlags(flags: number): Refusal | undefined {
  if (flags & reservedBit) return malformed('MQTT-3.1.2-3')
  if (flags & willFlag) {
    if ((flags & willQos) === willQos) return malformed('MQTT-3.1.2-14')
  } else {
    if (flags & willQos) return malformed('MQTT-3.1.2-13')
    if (flags & willRetain) return malformed('MQTT-3.1.2-15')
  }
  return !(flags & userNameFlag) && flags & passwordFlag ? malformed('MQTT-3.1.2-22') : undefined
}

/** Client id, will, user name and password, in this order and nothing else [MQTT-3.1.3-1]. */
function checkPayload(flags: number, reader: FieldReader): Refusal | undefined {
  const clientId = reader.field()
  if (!clientId) return malformed('MQTT-3.1.3-3')
  const refusal = checkText(clientId) ?? checkOptionalFields(flags, reader)
  if (refusal) return refusal
  if (!reader.isAtEnd()) return malformed('MQTT-3.1.4-1')
  // Last, for it is the one that is answered: only a packet that is otherwise right gets an answer.
  if (clientId.start === clientId.end && !(flags & cleanSession)) {
    return { reason: 'bad-client-id', statement: 'MQTT-3.1.3-8', returnCode: 2 }
  }
  return undefined
}

function checkOptionalFields(flags: number, reader: FieldReader): Refusal | undefined {
  const refusal = flags & willFlag ? checkWill(reader) : undefined
  if (refusal) return refusal
  const problem = flags & userNameFlag ? checkUserName(reader) : undefined
  if (problem) return problem
  return flags & passwordFlag && !reader.field() ? malformed('MQTT-3.1.2-21') : undefined
}

function checkWill(reader: FieldReader): Refusal | undefined {
  const topic = reader.field()
  const message = reader.field()
  return topic && message ? checkTopicName(topic) : malformed('MQTT-3.1.2-9')
}

function checkUserName(reader: FieldReader): Refusal | undefined {
  const userName = reader.field()
  return userName ? checkText(userName) : malformed('MQTT-3.1.2-19')
}
