import { expect, onTestFinished, test } from 'vitest'
import { memoryStore, silentLogger, startTime } from '../../test/fakes.ts'
import { startStorageWatch } from './storage-watch.ts'

const gib = 1024 ** 3

test('a disk that fills up is told once, and again only after there was room in between', async () => {
  const disk = { free: 10 * gib }
  const { store, events } = memoryStore()
  const watch = await startStorageWatch({
    freeBytes: () => Promise.resolve(disk.free),
    dropped: () => 7,
    store,
    clock: { now: () => startTime },
    logger: silentLogger,
  })
  onTestFinished(() => watch.close())
  const seen: boolean[] = []
  for (const free of [10, 0.9, 0.8, 1.1, 2, 0.5]) {
    disk.free = free * gib
    await watch.look()
    seen.push(watch.isLow())
  }
  expect(seen).toEqual([false, true, true, true, false, true])
  expect(events).toMatchObject([
    { type: 'devices.storage-low', body: { freeBytes: 0.9 * gib, dropped: 7 } },
    { type: 'devices.storage-low', body: { freeBytes: 0.5 * gib, dropped: 7 } },
  ])
})
