import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openMediaStore } from '../src/adapters/media/media-store.ts'
import { openTelemetrySpool } from '../src/adapters/telemetry-spool/telemetry-spool.ts'
import type { SpoolDrop } from '../src/core/ports.ts'
import { silentLogger } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

async function openSpool({ youngMs = 0 } = {}) {
  const folder = join(await temporaryFolder(), 'spool')
  const options = { gatewayId: 'gw-1', logger: silentLogger, segmentBytes: 2000, maxBytes: 1_000_000, youngMs }
  const open = async () => {
    const spool = await openTelemetrySpool(folder, options)
    onTestFinished(() => spool.close())
    return spool
  }
  const spool = await open()
  const drops: SpoolDrop[] = []
  spool.onDropped((drop) => drops.push(drop))
  const append = (from: number, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        spool.append({ deviceId: 'lane-1', kind: 'barrier', at: Date.now(), fields: { number: from + index } }),
      ),
    )
  return { spool, open, drops, append }
}

test('events are worth more: the oldest telemetry goes, and it is known how much and from when', async () => {
  const { spool, drops, append } = await openSpool()
  const before = Date.now()
  for (let round = 0; round < 10; round += 1) await append(round * 20, 20)
  const { bytes } = spool.status()
  const freed = await spool.release()
  expect(freed).toBeGreaterThan(0)
  expect(spool.status()).toMatchObject({ bytes: bytes - freed, dropped: 20 })
  expect(drops).toEqual([
    { lines: 20, from: expect.any(Number) as number, to: expect.any(Number) as number, reason: 'disk-full' },
  ])
  expect(drops[0]?.from).toBeGreaterThanOrEqual(before - 1000)
  expect(drops[0]?.to).toBeLessThanOrEqual(Date.now())
  const next = await spool.next(5000)
  expect(next?.text).toContain('number=20 ')
})

test('what may be on its way makes no room yet', async () => {
  const { spool, drops, append } = await openSpool({ youngMs: 60_000 })
  for (let round = 0; round < 3; round += 1) await append(round * 20, 20)
  expect(await spool.release()).toBe(0)
  expect(drops).toEqual([])
})

test('what was shipped already is not counted as lost, and the file that is being written stays', async () => {
  const { spool, drops, append } = await openSpool()
  for (let round = 0; round < 3; round += 1) await append(round * 20, 20)
  while ((await spool.release()) > 0);
  expect(drops.reduce((sum, { lines }) => sum + lines, 0)).toBe(40)
  expect((await spool.next(5000))?.lines).toBe(20)
  const batch = await spool.next(5000)
  await spool.confirm(batch?.end ?? 0)
  expect(await spool.oldestAt()).toBeUndefined()
})

test('the age of what waits is known, also after a restart, and a wrong device clock does not spoil it', async () => {
  const { spool, open, append } = await openSpool()
  expect(await spool.oldestAt()).toBeUndefined()
  const before = Date.now()
  await spool.append({ deviceId: 'lane-1', kind: 'barrier', at: 1000, fields: { number: 1 } })
  await append(2, 5)
  await spool.close()
  const oldest = await (await open()).oldestAt()
  expect(oldest).toBeGreaterThanOrEqual(before - 1000)
  expect(oldest).toBeLessThanOrEqual(Date.now())
})

test('the oldest pictures make room, but none that the platform still waits for', async () => {
  const folder = join(await temporaryFolder(), 'media')
  const media = await openMediaStore(folder, { logger: silentLogger })
  const names: string[] = []
  for (let index = 0; index < 5; index += 1) {
    const name = await media.put(Buffer.alloc(1000, index))
    names.push(name)
    await utimes(join(folder, name.slice(0, 2), name), 1000 + index, 1000 + index)
  }
  const [promised = ''] = names
  expect(await media.release(1500, new Set([promised]))).toBe(2000)
  const left = await Promise.all(names.map(async (name) => (await media.get(name)) !== undefined))
  expect(left).toEqual([true, false, false, true, true])
  expect(media.status()).toMatchObject({ bytes: 3000, dropped: 2 })
})
