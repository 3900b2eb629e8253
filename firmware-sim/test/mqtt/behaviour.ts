import { signIn, type BrokerName, type BrokerUnderTest, type RawConnection } from './brokers.ts'
import { field, number, packet, pingreq, publish } from './packets.ts'

/** Something that a broker must do for clients that keep the rules. */
export interface Behaviour {
  readonly statements: readonly string[]
  readonly name: string
  /** Of one broker only. */
  readonly only?: BrokerName
  readonly run: (broker: BrokerUnderTest) => Promise<void>
}

export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
export const idOf = (body: Buffer) => body.readUInt16BE(0)

/** Whatever was sent before is through once this is answered. */
export async function barrier(connection: RawConnection): Promise<void> {
  const before = connection.packets().filter(({ type }) => type === 13).length
  connection.write(pingreq)
  await connection.next(13, before + 1)
}

/** Somebody who has signed in, listens, and has made itself known. */
export async function greet(broker: BrokerUnderTest, qos: 0 | 1, clean = true) {
  const { upTopic, downTopic, say } = broker.client
  const connection = await signIn(broker, { clean })
  connection.write(
    packet(0x82, number(1), field(downTopic), Uint8Array.of(qos)),
    publish(upTopic, say('here'), { qos: 1, packetId: 2 }),
  )
  await Promise.all([connection.next(9), connection.next(4)])
  if (broker.welcomes) await connection.next(3)
  connection.forget()
  return connection
}
