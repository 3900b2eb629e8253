import {
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
  string,
  tuple,
  uint8Array,
  type Arbitrary,
} from 'fast-check'
import { introduction, type Client } from './client.ts'
import { acknowledge, connect, disconnect, packet, pingreq, publish, subscribe, unsubscribe } from './packets.ts'

/** What one connection sends, in the pieces in which it sends it. */
export interface Stream {
  readonly bytes: Uint8Array
  readonly pieces: readonly Uint8Array[]
}

type Damage = (bytes: Buffer) => Buffer

const place = integer({ min: 0, max: 1_000_000 })
const at = (bytes: Buffer, where: number) => (bytes.length === 0 ? 0 : where % bytes.length)

const damage: Arbitrary<Damage> = oneof(
  tuple(place, integer({ min: 0, max: 7 })).map(([where, bit]): Damage => (bytes) => {
    const index = at(bytes, where)
    const flipped = Buffer.from(bytes)
    flipped[index] = (flipped[index] ?? 0) ^ (1 << bit)
    return flipped
  }),
  tuple(place, constantFrom(0, 1, 0x7f, 0x80, 0xff)).map(([where, value]): Damage => (bytes) => {
    const changed = Buffer.from(bytes)
    changed[at(bytes, where)] = value
    return changed
  }),
  place.map(
    (where): Damage =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  place.map(
    (where): Damage =>
      (bytes) =>
        bytes.subarray(at(bytes, where)),
  ),
  tuple(place, uint8Array({ maxLength: 8 })).map(([where, more]): Damage => (bytes) => {
    const index = at(bytes, where)
    return Buffer.concat([bytes.subarray(0, index), more, bytes.subarray(index)])
  }),
  // A length that lies: the second byte of a packet is where its length begins.
  integer({ min: 0, max: 255 }).map((length): Damage => (bytes) => {
    const lying = Buffer.from(bytes)
    if (lying.length > 1) lying[1] = length
    return lying
  }),
  constant<Damage>((bytes) => Buffer.concat([bytes, bytes])),
)

const text = oneof(
  string({ maxLength: 20 }),
  string({ unit: 'binary', maxLength: 10 }),
  constantFrom('#', '+', 'a/#', ''),
)
const texts = (own: string) => oneof({ weight: 12, arbitrary: constant(own) }, { weight: 1, arbitrary: text })
const packetId = constantFrom(1, 2, 3, 300, 301, 302, 65_534, 65_535, 0)
const seldom = constantFrom(false, false, false, false, false, true)

function wellBuilt(client: Client): Arbitrary<Buffer> {
  const parts = record({
    clientId: texts(client.clientId),
    user: texts(client.user),
    password: texts(client.password),
    clean: boolean(),
    keepAliveS: constantFrom(0, 60, 65_535),
    level: constantFrom(3, 4, 4, 4, 5),
  })
  const publishing = record({ qos: constantFrom(0, 1, 1, 1, 2, 3), dup: seldom, retain: seldom, packetId })
  const filter = tuple(texts(client.downTopic), constantFrom(0, 1, 1, 2, 3))
  const common = oneof(
    tuple(texts(client.upTopic), text, publishing).map(([topic, payload, how]) =>
      publish(topic, client.say(payload), how),
    ),
    tuple(array(filter, { minLength: 1, maxLength: 3 }), packetId).map(([filters, id]) => subscribe(filters, id)),
    tuple(array(texts(client.downTopic), { minLength: 1, maxLength: 3 }), packetId).map(([filters, id]) =>
      unsubscribe(filters, id),
    ),
    tuple(integer({ min: 4, max: 7 }), packetId).map(([type, id]) => acknowledge(type, id)),
    constant(pingreq),
  )
  const rare = oneof(
    parts.map(connect),
    constantFrom(disconnect, subscribe([]), unsubscribe([])),
    tuple(integer({ min: 0, max: 255 }), uint8Array({ maxLength: 40 })).map(([first, body]) => packet(first, body)),
  )
  return oneof({ weight: 7, arbitrary: common }, { weight: 1, arbitrary: rare })
}

/** A packet, sound or with up to three things wrong with it. */
function perhapsBroken(client: Client): Arbitrary<Buffer> {
  const broken = tuple(wellBuilt(client), array(damage, { minLength: 1, maxLength: 3 })).map(([bytes, damages]) =>
    damages.reduce((damaged, apply) => apply(damaged), bytes),
  )
  return oneof({ weight: 3, arbitrary: wellBuilt(client) }, { weight: 1, arbitrary: broken })
}

function cut(bytes: Buffer, places: readonly number[]): Stream {
  const cuts = [0, ...places.map((where) => at(bytes, where)).sort((a, b) => a - b), bytes.length]
  const pieces = cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
  return { bytes, pieces: pieces.filter(({ length }) => length > 0) }
}

/** Strangers begin with whatever comes, guests with a right CONNECT. */
export function streams(client: Client): Arbitrary<Stream> {
  const anything = oneof(
    {
      weight: 5,
      arbitrary: array(perhapsBroken(client), { minLength: 1, maxLength: 8 }).map((all) => Buffer.concat(all)),
    },
    { weight: 1, arbitrary: uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  )
  return tuple(boolean(), anything, array(place, { maxLength: 4 })).map(([isGuest, bytes, places]) =>
    cut(isGuest ? Buffer.concat([introduction(client), bytes]) : bytes, places),
  )
}
