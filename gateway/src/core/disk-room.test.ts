import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLogger } from '../../test/fakes.ts'
import { startDiskRoom } from './disk-room.ts'

const mb = 1e6

function setup({ free, telemetry, pictures }: { free: number; telemetry: number; pictures: number }) {
  const disk = { free, telemetry, pictures }
  const order: string[] = []
  const take = (what: 'telemetry' | 'pictures', wanted: number) => {
    const bytes = Math.min(wanted, disk[what])
    disk[what] -= bytes
    disk.free += bytes
    if (bytes > 0) order.push(what)
    return Promise.resolve(bytes)
  }
  const logger = { ...silentLogger, warn: vi.fn() }
  const room = startDiskRoom({
    freeBytes: () => Promise.resolve(disk.free),
    reserveBytes: 100 * mb,
    spool: { release: () => take('telemetry', 8 * mb) },
    releasePictures: (wanted) => take('pictures', wanted),
    logger,
  })
  onTestFinished(() => room.close())
  return { disk, order, room, logger }
}

test('with room enough nothing goes', async () => {
  const { disk, room, logger } = setup({ free: 100 * mb, telemetry: 50 * mb, pictures: 50 * mb })
  await room.look()
  expect(disk).toEqual({ free: 100 * mb, telemetry: 50 * mb, pictures: 50 * mb })
  expect(logger.warn).not.toHaveBeenCalled()
})

test('telemetry goes first, and no more of it than is needed', async () => {
  const { disk, room, logger } = setup({ free: 90 * mb, telemetry: 500 * mb, pictures: 500 * mb })
  await room.look()
  expect(disk.free).toBeGreaterThanOrEqual(120 * mb)
  expect(disk.telemetry).toBeGreaterThan(450 * mb)
  expect(disk.pictures).toBe(500 * mb)
  await room.look()
  expect(logger.warn).toHaveBeenCalledTimes(1)
})

test('pictures go when there is no telemetry left', async () => {
  const { disk, order, room } = setup({ free: 60 * mb, telemetry: 16 * mb, pictures: 500 * mb })
  await room.look()
  expect(order).toEqual(['telemetry', 'telemetry', 'pictures'])
  expect(disk.free).toBeCloseTo(120 * mb)
})

test('whoever could not write is told whether there was anything to give up', async () => {
  const rich = setup({ free: 500 * mb, telemetry: 50 * mb, pictures: 0 })
  expect(await rich.room.makeRoom()).toBe(true)
  expect(rich.disk.telemetry).toBeLessThan(50 * mb)
  expect(await setup({ free: 0, telemetry: 0, pictures: 0 }).room.makeRoom()).toBe(false)
})
