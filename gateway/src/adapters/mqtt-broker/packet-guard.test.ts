import { expect, test } from 'vitest'
import { PacketGuard } from './packet-guard.ts'

const limits = { maxConnectBytes: 200, maxPacketBytes: 1000 }

function packet(type: number, length: number): number[] {
  const bytes = [type << 4]
  let rest = length
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return [...bytes, ...Array.from({ length }, () => 1)]
}

const connect = packet(1, 100)

test('packets within the limits pass, however they are cut into chunks', () => {
  const stream = Uint8Array.from([...connect, ...packet(3, 1000), ...packet(12, 0), ...packet(8, 6), ...packet(3, 3)])

  for (let size = 1; size <= stream.length; size += 7) {
    const guard = new PacketGuard(limits)
    for (let offset = 0; offset < stream.length; offset += size) {
      expect(guard.check(stream.subarray(offset, offset + size))).toBeUndefined()
    }
  }
})

test('an oversized packet is refused at its header, before its body arrives', () => {
  const guard = new PacketGuard(limits)

  expect(guard.check(Uint8Array.from(connect))).toBeUndefined()
  expect(guard.check(Uint8Array.from(packet(3, 1001).slice(0, 3)))).toBe('too-large')
})

test('a CONNECT has a narrower limit', () => {
  expect(new PacketGuard(limits).check(Uint8Array.from(packet(1, 201)))).toBe('too-large')
})

test('anything but CONNECT as first packet is refused', () => {
  expect(new PacketGuard(limits).check(Uint8Array.from(packet(3, 10)))).toBe('malformed')
})

test('a remaining length of more than four bytes is refused', () => {
  expect(new PacketGuard(limits).check(Uint8Array.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]))).toBe('malformed')
})

test('a SUBSCRIBE with packet id 0 is refused, any other id passes', () => {
  const subscribe = (high: number, low: number) => {
    const guard = new PacketGuard(limits)
    guard.check(Uint8Array.from(connect))
    return guard.check(Uint8Array.from([0x82, 3, high, low, 7]))
  }

  expect(subscribe(0, 0)).toBe('malformed')
  expect(subscribe(0, 1)).toBeUndefined()
  expect(subscribe(1, 0)).toBeUndefined()
})

test('a DISCONNECT is noticed', () => {
  const guard = new PacketGuard(limits)

  guard.check(Uint8Array.from(connect))
  expect(guard.saidGoodbye).toBe(false)
  guard.check(Uint8Array.from(packet(14, 0)))
  expect(guard.saidGoodbye).toBe(true)
})
