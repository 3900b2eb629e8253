import { array, assert, constantFrom, integer, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { PacketFront } from './packet-front.ts'

const limits = { smallBytes: 200, publishBytes: 1000 }

const bytesOf = (text: string) => {
  const bytes = Buffer.from(text)
  return [bytes.length >> 8, bytes.length & 255, ...bytes]
}
function packet(first: number, ...body: readonly number[]): number[] {
  const header = [first]
  let rest = body.length
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return [...header, ...body]
}
const connect = packet(0x10, ...bytesOf('MQTT'), 4, 0xc2, 0, 60, ...bytesOf('a'), ...bytesOf('a'), ...bytesOf('secret'))
const publish = (qos: 0 | 1 | 2, topic: string, payload: readonly number[] = []) =>
  packet(0x30 | (qos << 1), ...bytesOf(topic), ...(qos > 0 ? [0, 1] : []), ...payload)
const subscribe = packet(0x82, 0, 1, ...bytesOf('a/#'), 1)
const unsubscribe = packet(0xa2, 0, 1, ...bytesOf('a/#'))
const ping = packet(0xc0)
const acknowledgement = packet(0x40, 0, 1)
const later = [
  publish(0, 'a'),
  publish(1, 'a/b', [1, 2]),
  publish(2, '门'),
  subscribe,
  unsubscribe,
  ping,
  acknowledgement,
]

/** Feeds everything in pieces; answers the front and how many bytes were passed on. */
function feed(stream: readonly number[], sizes: readonly number[], maxPackets = Infinity) {
  const front = new PacketFront(limits)
  const bytes = Uint8Array.from(stream)
  let passed = 0
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const chunk = bytes.subarray(start, start + (sizes[turn % sizes.length] ?? 1))
    let offset = 0
    while (offset < chunk.length && !front.refusal && !front.saidGoodbye) offset = front.walk(chunk, offset, maxPackets)
    passed += offset
    start += chunk.length
  }
  return { front, passed }
}

test('valid packets pass, however they are cut into pieces and portions', () => {
  const streams = array(constantFrom(...later), { maxLength: 8 })
  const cuts = array(integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 })
  assert(
    property(streams, cuts, integer({ min: 1, max: 4 }), (packets, sizes, portion) => {
      const stream = [connect, ...packets].flat()
      const { front, passed } = feed(stream, sizes, portion)
      expect(front.refusal).toBeUndefined()
      expect(passed).toBe(stream.length)
      expect(front.packets).toBe(packets.length + 1)
      expect(front.isMidPacket).toBe(false)
    }),
  )
})

test('how a stream is cut never changes the verdict', () => {
  const cuts = array(integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 })
  const streams = array(constantFrom(connect, ...later), { minLength: 1, maxLength: 5 })
  const damage = array(integer({ min: 0, max: 200 }), { maxLength: 2 })
  assert(
    property(streams, damage, cuts, (packets, places, sizes) => {
      const stream = [connect, ...packets].flat()
      for (const place of places) stream[place % stream.length] = ((stream[place % stream.length] ?? 0) ^ place) & 255
      const whole = feed(stream, [stream.length])
      const cut = feed(stream, sizes, 1)
      expect(cut.front.refusal).toEqual(whole.front.refusal)
      expect(cut.front.packets).toBe(whole.front.packets)
    }),
    { numRuns: 3000 },
  )
})

test('random bytes are judged and nothing else happens', () => {
  assert(
    property(uint8Array({ maxLength: 300 }), (bytes) => {
      const { front, passed } = feed([...bytes], [7])
      expect(passed).toBeLessThanOrEqual(bytes.length)
      if (!front.refusal) expect(front.packets === 0 || bytes[0] === 0x10).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

test('no more packets are passed than asked for, and the rest is taken up where it was left', () => {
  const front = new PacketFront(limits)
  const bytes = Uint8Array.from([...connect, ...publish(0, 'a'), ...ping])

  expect(front.walk(bytes, 0, 1)).toBe(connect.length)
  expect(front.walk(bytes, connect.length, 2)).toBe(bytes.length)
  expect([front.packets, front.publishes]).toEqual([3, 1])
})

test.each([
  ['a message', packet(0x30, ...bytesOf('a'), ...Array.from({ length: 1000 }, () => 1))],
  ['a subscription', packet(0x82, 0, 1, ...bytesOf('a'.repeat(300)), 0)],
])('%s that is too large is refused at its header', (_name, bytes) => {
  expect(feed([...connect, ...bytes.slice(0, 3)], [1]).front.refusal).toEqual({ reason: 'too-large' })
})

test('a peer of ours may send messages of any size', () => {
  const front = new PacketFront(limits)
  front.lift()
  const bytes = Uint8Array.from([...connect, ...publish(1, 'a', new Array<number>(5000).fill(7))])

  expect(front.walk(bytes, 0, 10)).toBe(bytes.length)
  expect(front.packets).toBe(2)
})

test('after a goodbye nothing is read', () => {
  const { front, passed } = feed([...connect, ...packet(0xe0), ...publish(0, 'a'), 0xff], [1000])

  expect(front.saidGoodbye).toBe(true)
  expect(front.refusal).toBeUndefined()
  expect(passed).toBe(connect.length + 2)
})

test('a long topic that comes byte by byte is followed to its end', () => {
  const front = new PacketFront({ smallBytes: 200, publishBytes: 70_000 })
  const stream = Uint8Array.from([...connect, ...publish(1, 'a'.repeat(60_000))])
  for (let at = 0; at < stream.length; at += 1) front.walk(stream.subarray(at, at + 1), 0, 1)

  expect(front.packets).toBe(2)
})
