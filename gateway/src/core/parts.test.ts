import { expect, test, vi } from 'vitest'
import { silentLogger } from '../../test/fakes.ts'
import { createParts } from './parts.ts'

/** A part that the test breaks and mends, on a clock that the test moves. */
function setup() {
  let now = 1_000_000
  const onRestart = vi.fn()
  const onFailing = vi.fn()
  const parts = createParts({
    clock: { now: () => now },
    logger: silentLogger,
    within: (_part, code) => code(),
    onRestart,
    onFailing,
    wait: () => Promise.resolve(),
  })
  const stage: {
    opened: number
    closed: number
    broken?: Error | undefined
    lose?: (reason: Error) => void
  } = { opened: 0, closed: 0 }
  const open = () => {
    if (stage.broken) return Promise.reject(stage.broken)
    const lost = Promise.withResolvers<unknown>()
    stage.lose = lost.reject
    stage.opened += 1
    return Promise.resolve({
      value: stage.opened,
      lost: lost.promise,
      close: () => {
        stage.closed += 1
        return Promise.resolve()
      },
    })
  }
  return { parts, open, stage, onRestart, onFailing, pass: (ms: number) => (now += ms) }
}

test('a part that is lost is closed and started again, and others do not notice', async () => {
  const { parts, open, stage, onRestart } = setup()
  const other = await parts.keep('http', open)
  const kept = await parts.keep('broker', open)
  expect(kept.current()).toBe(2)

  stage.lose?.(new Error('EMFILE'))
  await vi.waitFor(() => expect(kept.current()).toBe(3))
  expect(other.current()).toBe(1)
  expect(stage.closed).toBe(1)
  expect(onRestart.mock.calls).toEqual([['broker']])
  expect(parts.report()).toMatchObject({
    broker: { state: 'running', restarts: 1, problem: 'EMFILE' },
    http: { state: 'running', restarts: 0 },
  })
  await Promise.all([kept.stop(), other.stop()])
  expect(parts.report()).toMatchObject({ broker: { state: 'stopped' } })
})

test('a part that cannot be started does not hold up the others, and is tried until it can', async () => {
  const { parts, open, stage } = setup()
  stage.broken = new Error('EADDRINUSE')
  const kept = await parts.keep('broker', open)
  expect(kept.current()).toBeUndefined()
  expect(parts.report()).toMatchObject({ broker: { state: 'restarting', problem: 'EADDRINUSE' } })

  stage.broken = undefined
  await vi.waitFor(() => expect(kept.current()).toBe(1))
  await kept.stop()
})

test('people are told once of a part that does not come to rest, and again after it was well for a while', async () => {
  const { parts, onFailing, pass } = setup()
  const watch = parts.watch('spool')
  for (let failure = 0; failure < 9; failure += 1) {
    watch.down(new Error('ENOSPC'))
    watch.up()
  }
  expect(onFailing.mock.calls).toEqual([[{ part: 'spool', problem: 'ENOSPC', failures: 3 }]])

  pass(61_000)
  for (let failure = 0; failure < 3; failure += 1) watch.down(new Error('ENOSPC'))
  expect(onFailing).toHaveBeenCalledTimes(2)
})

test('an error that nobody caught restarts the part that it belongs to; without one, or again and again, it is fatal', async () => {
  const { parts, open, stage } = setup()
  const kept = await parts.keep('broker', open)
  expect(parts.crashed(undefined, new Error('x'))).toBe(false)
  expect(parts.crashed('areas', new Error('x'))).toBe(false)

  for (let crash = 1; crash <= 10; crash += 1) {
    await vi.waitFor(() => expect(kept.current()).toBe(crash))
    expect(parts.crashed('broker', new Error('x'))).toBe(true)
  }
  await vi.waitFor(() => expect(kept.current()).toBe(11))
  expect(stage.closed).toBe(10)
  expect(parts.crashed('broker', new Error('x'))).toBe(false)
  await kept.stop()
})

test('a part that is being stopped stays stopped', async () => {
  const { parts, open, stage } = setup()
  stage.broken = new Error('EADDRINUSE')
  const kept = await parts.keep('broker', open)
  await kept.stop()
  stage.broken = undefined
  expect(kept.current()).toBeUndefined()
  expect(stage.opened).toBe(0)
})
