import { expect, onTestFinished, test, vi } from 'vitest'
import { memoryStore, silentLogger } from '../../test/fakes.ts'
import { createContinuity } from './continuity.ts'

async function setup(memory = memoryStore()) {
  const time = { now: 1_000_000 }
  const open = async () => {
    const continuity = createContinuity({ store: memory.store, clock: { now: () => time.now }, logger: silentLogger })
    onTestFinished(() => continuity.close())
    await continuity.load()
    return continuity
  }
  return { memory, time, open, continuity: await open() }
}
type Continuity = Awaited<ReturnType<typeof setup>>['continuity']

const report = (continuity: Continuity, ...seqs: number[]) => {
  for (const seq of seqs) continuity.heard('lane-1', 'reports', { seq, at: 5000 + seq })
}

test('reports and events are counted apart, and a device without numbers is only heard', async () => {
  const { continuity } = await setup()
  report(continuity, 1, 2, 5)
  continuity.heard('lane-1', 'events', { seq: 9, at: 1 })
  continuity.heard('camera-1', 'events', { at: 1 })
  expect(continuity.reportOf('lane-1')).toMatchObject({ reports: { lastSeq: 5, missing: 2 }, events: { lastSeq: 9 } })
  expect(continuity.reportOf('camera-1')).toEqual({ deviceId: 'camera-1', lastMessageAt: 1_000_000 })
  expect(continuity.totals()).toEqual({ missing: 2, gaps: 1 })
})

test('after a stop in order the count goes on: what the device lost meanwhile is a gap', async () => {
  const { continuity, open } = await setup()
  report(continuity, 1, 2)
  await continuity.close()
  const again = await open()
  report(again, 6)
  expect(again.reportOf('lane-1')?.reports).toMatchObject({ gaps: 1, missing: 3 })
})

test('after a crash the stretch that was forgotten is unknown, and nobody is accused', async () => {
  const { continuity, open, time, memory } = await setup()
  report(continuity, 1, 2)
  await continuity.close()
  await open() // a second start, which then crashes: nothing is written down
  expect(memory.areaOf('continuity').has('*')).toBe(false)
  const third = await open()
  time.now += 60_000
  report(third, 500)
  expect(third.reportOf('lane-1')?.reports).toMatchObject({
    ...{ gaps: 0, missing: 0 },
    unknown: { from: 1_000_000, to: 1_060_000 },
  })
})

test('ten thousand messages are not ten thousand writes', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { continuity, memory } = await setup()
  const before = memory.commits.length
  for (let seq = 1; seq <= 10_000; seq += 1) report(continuity, seq)
  await vi.advanceTimersByTimeAsync(5 * 60_000)
  expect(memory.commits.length - before).toBe(1)
})

test('a device that was removed is forgotten, also on disk', async () => {
  const { continuity, memory } = await setup()
  report(continuity, 1)
  await continuity.close()
  continuity.removed('lane-1')
  await continuity.close()
  expect(continuity.reportOf('lane-1')).toBeUndefined()
  expect([...memory.areaOf('continuity').keys()]).toEqual(['*'])
})

test('a disk that takes nothing costs the count, not the message', async () => {
  const { continuity, memory, open } = await setup()
  report(continuity, 1)
  memory.failNext(new Error('disk full'))
  await continuity.close()
  expect((await open()).count()).toBe(0)
})
