import { expect, test } from 'vitest'
import { createPacketScanner } from './packet-guard.ts'

const packet = (length: number) => {
  const header = [0x30]
  let rest = length
  do {
    header.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)])
}
const scanner = () => createPacketScanner({ first: 100, later: 20_000 })

test.each([1, 2, 3, 7, 1000])('packets within the limits pass in pieces of %i bytes', (size) => {
  const { feed } = scanner()
  const stream = Buffer.concat([packet(100), packet(0), packet(127), packet(128), packet(20_000), packet(5)])
  for (let offset = 0; offset < stream.length; offset += size)
    expect(feed(stream.subarray(offset, offset + size))).toBe(true)
})

test('the first packet may be small only', () => {
  expect(scanner().feed(packet(101))).toBe(false)
})

test('a header that announces too much is enough to be refused', () => {
  const { feed } = scanner()
  expect(feed(packet(10))).toBe(true)
  expect(feed(packet(20_001).subarray(0, 4))).toBe(false)
})

test('a length of more than four bytes is refused', () => {
  expect(scanner().feed(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80]))).toBe(false)
})

test('a trusted peer has no limit', () => {
  const { feed, lift } = scanner()
  feed(packet(10))
  lift()
  expect(feed(packet(50_000))).toBe(true)
  expect(feed(packet(50_000))).toBe(true)
})
