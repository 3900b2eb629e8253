import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  openTelemetrySpool,
  type OpenTelemetrySpool,
  type TelemetrySpoolOptions,
} from '../src/adapters/telemetry-spool/telemetry-spool.ts'
import { writeUntilKilled } from './crash.ts'
import { temporaryFolder } from './temporary-folder.ts'

async function setup(options: Partial<TelemetrySpoolOptions> = {}) {
  const folder = join(await temporaryFolder(), 'spool')
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const open = async () => {
    const spool = await openTelemetrySpool(folder, { gatewayId: 'gw-1', logger, ...options })
    onTestFinished(() => spool.close())
    return spool
  }
  return { folder, logger, open, spool: await open() }
}

const point = (at: number) => ({ deviceId: 'lane-1', kind: 'barrier', at, fields: { number: at } })
const append = (spool: OpenTelemetrySpool, from: number, count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => spool.append(point(from + i))))
const times = (text: string) => text.split('\n').map((line) => Number(line.split(' ').at(-1)))
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

async function shipAll(spool: OpenTelemetrySpool): Promise<number[]> {
  const shipped: number[] = []
  for (let batch = await spool.next(5000); batch; batch = await spool.next(5000)) {
    shipped.push(...times(batch.text))
    await spool.confirm(batch.end)
  }
  return shipped
}
const logs = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.log')).sort()

test('points come out in order, in batches that are offered until they are confirmed', async () => {
  const { spool } = await setup()
  await append(spool, 0, 3000)
  await append(spool, 3000, 3000)

  const first = await spool.next(5000)
  expect(first?.lines).toBeLessThanOrEqual(5000)
  expect(await spool.next(5000)).toEqual(first)
  expect(first?.text.split('\n')).toHaveLength(first?.lines ?? 0)
  expect(await shipAll(spool)).toEqual(range(0, 6000))
  expect(await spool.next(5000)).toBeUndefined()
  expect(spool.status()).toMatchObject({ backlogBytes: 0, dropped: 0 })
})

test('what was not confirmed is offered again after a restart, what was confirmed is not', async () => {
  const { spool, open } = await setup()
  await append(spool, 0, 10)
  await shipAll(spool)
  await append(spool, 10, 10)
  await spool.close()

  const again = await open()
  await append(again, 20, 5)
  expect(await shipAll(again)).toEqual(range(10, 15))
})

test('whoever listens hears of new telemetry', async () => {
  const { spool } = await setup()
  const listener = vi.fn()
  const stop = spool.onAppended(listener)

  await spool.append(point(1))
  expect(listener).toHaveBeenCalledTimes(1)
  stop()
  await spool.append(point(2))
  expect(listener).toHaveBeenCalledTimes(1)
})

test('a point without numbers takes no space', async () => {
  const { spool } = await setup()

  await spool.append({ ...point(1), fields: {} })
  expect(spool.status().backlogBytes).toBe(0)
})

test('confirmed files are deleted', async () => {
  const { folder, spool } = await setup({ segmentBytes: 2000 })
  for (let round = 0; round < 10; round++) await append(spool, round * 20, 20)
  expect((await logs(folder)).length).toBeGreaterThan(5)

  expect(await shipAll(spool)).toEqual(range(0, 200))
  expect(await logs(folder)).toHaveLength(1)
})

test('a spool that is full drops its oldest telemetry and counts it', async () => {
  const { folder, spool, logger } = await setup({ segmentBytes: 2000, maxBytes: 10_000 })
  for (let round = 0; round < 40; round++) await append(spool, round * 20, 20)

  const { backlogBytes, dropped } = spool.status()
  expect(backlogBytes).toBeLessThanOrEqual(10_000)
  expect(dropped).toBeGreaterThan(0)
  expect((await logs(folder)).length).toBeLessThan(10)
  expect(await shipAll(spool)).toEqual(range(dropped, 800 - dropped))
  expect(logger.warn).toHaveBeenCalledTimes(1)
})

test('a half-written end is cut off, everything before and after it is kept', async () => {
  const { folder, spool, open, logger } = await setup()
  await append(spool, 0, 10)
  await spool.close()
  const [name = ''] = await logs(folder)
  await appendFile(join(folder, name), Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 1, 0, 0, 0, 65, 66]))

  const again = await open()
  await append(again, 10, 10)
  expect(await shipAll(again)).toEqual(range(0, 20))
  expect(logger.warn).toHaveBeenCalledWith({ cutBytes: 14 }, expect.any(String))
})

test('a damaged file in the middle is skipped and reported, the others are kept', async () => {
  const { folder, spool, open, logger } = await setup({ segmentBytes: 2000 })
  for (let round = 0; round < 6; round++) await append(spool, round * 20, 20)
  await spool.close()
  const names = await logs(folder)
  const damaged = join(folder, names[1] ?? '')
  const bytes = await readFile(damaged)
  bytes[30] = (bytes[30] ?? 0) ^ 1
  await writeFile(damaged, bytes)

  const shipped = await shipAll(await open())
  expect(shipped.length).toBeLessThan(120)
  expect(shipped).toEqual(expect.arrayContaining([...range(0, 20), ...range(100, 20)]))
  expect(logger.error).toHaveBeenCalledTimes(1)
})

test.each(['closed', 'newest'])(
  'a damaged group in the %s file loses its own lines only, and is reported',
  async (which) => {
    const { folder, spool, open, logger } = await setup({ segmentBytes: which === 'closed' ? 4000 : 1_000_000 })
    for (let round = 0; round < 12; round++) await append(spool, round * 10, 10)
    await spool.close()
    const [name = ''] = await logs(folder)
    const bytes = await readFile(join(folder, name))
    const place = bytes.indexOf('number=15 ')
    bytes[place] = (bytes[place] ?? 0) ^ 1
    await writeFile(join(folder, name), bytes)

    expect(await shipAll(await open())).toEqual([...range(0, 10), ...range(20, 100)])
    expect(logger.error).toHaveBeenCalledTimes(1)
  },
)

test('a place that cannot be written down does not keep what was shipped', async () => {
  const { folder, spool, logger } = await setup()
  await mkdir(join(folder, 'position.next'))
  await append(spool, 0, 10)
  expect(await shipAll(spool)).toEqual(range(0, 10))
  await append(spool, 10, 10)
  expect(await shipAll(spool)).toEqual(range(10, 10))
  expect(spool.status().backlogBytes).toBe(0)
  expect(logger.warn).toHaveBeenCalledTimes(1)
})

test('an unreadable position means that everything is offered again', async () => {
  const { folder, spool, open } = await setup()
  await append(spool, 0, 10)
  await shipAll(spool)
  await spool.close()
  await truncate(join(folder, 'position'), 0)

  expect(await shipAll(await open())).toEqual(range(0, 10))
})

test('a lost log under a kept position loses nothing that comes later', async () => {
  const { folder, spool, open } = await setup()
  await append(spool, 0, 10)
  await shipAll(spool)
  await spool.close()
  for (const name of await logs(folder)) await rm(join(folder, name))

  const again = await open()
  await append(again, 10, 10)
  expect(await shipAll(again)).toEqual(range(10, 10))
})

test('an append that cannot reach the disk is refused, and the next one tries anew', async () => {
  const { folder, spool } = await setup({ segmentBytes: 500 })
  await append(spool, 0, 20)
  await rm(folder, { recursive: true })
  await expect(spool.append(point(20))).rejects.toMatchObject({ code: 'SPOOL_UNAVAILABLE' })

  await mkdir(folder)
  await spool.append(point(21))
  expect(spool.status().backlogBytes).toBeGreaterThan(0)
})

test('a closed spool keeps what it had accepted and refuses more', async () => {
  const { spool, open } = await setup()
  const last = spool.append(point(1))
  await spool.close()

  await last
  await expect(spool.append(point(2))).rejects.toMatchObject({ code: 'SPOOL_UNAVAILABLE' })
  expect(await shipAll(await open())).toEqual([1])
})

test('after kill -9 every acknowledged point is there', async () => {
  const folder = await temporaryFolder()
  const acknowledged: number[] = []
  for (let round = 0; round < 3; round++) {
    acknowledged.push(...(await writeUntilKilled(['spool', folder, String(round * 1e6)], 1500)))
  }

  const spool = await openTelemetrySpool(folder, { gatewayId: 'gw-1', logger: console })
  onTestFinished(() => spool.close())
  const found = new Set(await shipAll(spool))
  expect(acknowledged.length).toBeGreaterThan(4500)
  expect(acknowledged.filter((at) => !found.has(at))).toEqual([])
})
