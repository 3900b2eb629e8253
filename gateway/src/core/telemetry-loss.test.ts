import { expect, onTestFinished, test } from 'vitest'
import { memoryStore, silentLogger } from '../../test/fakes.ts'
import { startTelemetryLoss } from './telemetry-loss.ts'

const minute = 60_000

async function setup() {
  const memory = memoryStore()
  const time = { now: 10_000_000 }
  const open = async () => {
    const loss = await startTelemetryLoss({
      ...{ store: memory.store, logger: silentLogger },
      clock: { now: () => time.now },
    })
    onTestFinished(() => loss.close())
    return loss
  }
  const bodies = () => memory.events.map(({ body }) => body)
  const drop = (lines: number, from: number) => ({ lines, from, to: from + 99, reason: 'spool-full' as const })
  return { memory, time, open, bodies, drop, loss: await open() }
}

test('the first loss is told at once, the next ones after an hour, the end once', async () => {
  const { loss, time, bodies, drop } = await setup()
  loss.note(drop(10, 1000))
  await loss.look()
  expect(bodies()).toEqual([{ count: 10, from: 1000, to: 1099, reason: 'spool-full', over: false }])

  for (let passed = 0; passed < 59; passed += 5) {
    time.now += 5 * minute
    loss.note(drop(1, 2000 + passed))
    await loss.look()
  }
  expect(bodies()).toHaveLength(2)
  expect(bodies()[1]).toMatchObject({ count: 22, from: 1000, over: false })

  time.now += 10 * minute
  await loss.look()
  await loss.look()
  expect(bodies()).toHaveLength(3)
  expect(bodies()[2]).toMatchObject({ count: 22, over: true })
  expect(loss.totals()).toMatchObject({ dropped: 22 })
})

test('a restart in the middle neither forgets the loss nor tells it twice', async () => {
  const { loss, open, time, bodies, drop } = await setup()
  loss.note(drop(10, 1000))
  await loss.close()
  const again = await open()
  again.note(drop(5, 2000))
  await again.look()
  expect(bodies()).toHaveLength(1)
  time.now += 10 * minute
  await again.look()
  expect(bodies()[1]).toMatchObject({ count: 15, from: 1000, to: 2099, over: true })
  expect((await open()).totals()).toMatchObject({ dropped: 15 })
})

test('what could not be written is told as soon as it can', async () => {
  const { loss, memory, bodies, drop } = await setup()
  memory.failNext(new Error('disk full'))
  loss.note(drop(10, 1000))
  await loss.look()
  await loss.look()
  expect(bodies()).toHaveLength(1)
})
