import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeDown } from '../src/adapters/platform-link/wire.ts'

const permits = Array.from({ length: 20_000 }, (_, n) => ({ plate: `沪A${n}`, kind: 'monthly', holder: `Holder ${n}` }))
const desired = { type: 'desired', area: 'parking', revision: 3, body: { permits, note: 'all of them', none: [] } }

test.each([
  ['compressed', gzipSync],
  ['plain', (json: string) => Buffer.from(json)],
])('a long message comes whole: %s', async (_name, pack) => {
  expect(await decodeDown(pack(JSON.stringify(desired)))).toEqual(desired)
})

test.each([
  ['is cut off', JSON.stringify(desired).slice(0, -1)],
  ['is not of the protocol', JSON.stringify({ ...desired, revision: 0 })],
])('a long message that %s is refused', async (_name, json) => {
  await expect(decodeDown(gzipSync(json))).rejects.toThrow()
})
