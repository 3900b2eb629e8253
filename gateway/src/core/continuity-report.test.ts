import { expect, onTestFinished, test } from 'vitest'
import { memoryStore, silentLogger } from '../../test/fakes.ts'
import { createContinuity } from './continuity.ts'
import { createContinuityReporter, type ContinuityMessage } from './continuity-report.ts'

const figures = () =>
  Promise.resolve({
    outbox: { lastSeq: 1, backlog: 0 },
    telemetry: { waitingBytes: 0, bytes: 0, capacityBytes: 1, dropped: 0 },
    pictures: { bytes: 0, capacityBytes: 1, dropped: 0 },
    disk: { freeBytes: 1, state: 'ok' as const },
    memoryBytes: 1,
    devices: 1,
  })

function setup(devices: number) {
  const time = { now: 1_000_000 }
  const clock = { now: () => time.now }
  const continuity = createContinuity({ store: memoryStore().store, clock, logger: silentLogger })
  onTestFinished(() => continuity.close())
  const report = (device: number, seq: number) => continuity.heard(`d${device}`, 'reports', { seq, at: time.now })
  for (let device = 0; device < devices; device += 1) report(device, 1)
  const reporter = () => createContinuityReporter({ continuity, figures, clock })
  const ended = new AbortController()
  async function tell(by: ReturnType<typeof reporter>) {
    const messages: ContinuityMessage[] = []
    await by.tell((message) => Promise.resolve(void messages.push(message)), ended.signal)
    return messages
  }
  const idsOf = (messages: readonly ContinuityMessage[]) =>
    messages.flatMap(({ devices: told }) => told.map(({ deviceId }) => deviceId))
  return { time, report, reporter, tell, idsOf, ended }
}

test('a new connection is told of every device, in pages of which the first has the figures', async () => {
  const { reporter, tell, idsOf } = setup(1200)
  const messages = await tell(reporter())
  expect(messages.map(({ devices }) => devices.length)).toEqual([500, 500, 200])
  expect(messages.map((message) => message.figures !== undefined)).toEqual([true, false, false])
  expect(new Set(idsOf(messages)).size).toBe(1200)
})

test('afterwards only news is told: a gap at once, a life that goes on now and then', async () => {
  const { time, report, reporter, tell, idsOf } = setup(3)
  const mine = reporter()
  await tell(mine)
  time.now += 30_000
  report(0, 2)
  report(1, 9)
  expect(idsOf(await tell(mine))).toEqual(['d1'])
  expect(idsOf(await tell(mine))).toEqual([])
  time.now += 120_000
  expect(idsOf(await tell(mine))).toEqual(['d0', 'd1', 'd2'])
})

test('without news the figures are told all the same', async () => {
  const { reporter, tell } = setup(0)
  const mine = reporter()
  await tell(mine)
  expect(await tell(mine)).toMatchObject([{ figures: { devices: 1 }, devices: [] }])
})

test('a connection that has ended is told nothing more', async () => {
  const { reporter, tell, ended } = setup(1200)
  ended.abort()
  expect(await tell(reporter())).toEqual([])
})
