import { expect, onTestFinished, test, vi } from 'vitest'
import { RequestQueue } from './request-queue.ts'
import type { StoreGroup, StoreRequest } from './requests.ts'

const message = (cause: string): StoreRequest => ({ kind: 'commit', now: 1, cause, state: [], events: [] })
const state: StoreRequest = { kind: 'commit', now: 1, cause: undefined, state: [['area', 'key', '1']], events: [] }
const full = { ok: false, error: new Error('database or disk is full'), ofGroup: true } as const
const done = { ok: true, answer: 'done' } as const

function setup() {
  const groups: StoreGroup[] = []
  const queue = new RequestQueue((group) => groups.push(group))
  queue.resume()
  const outcomes: string[] = []
  const ask = (name: string, request: StoreRequest) =>
    void queue.ask(request).then(
      () => outcomes.push(`${name} done`),
      () => outcomes.push(`${name} refused`),
    )
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { queue, groups, outcomes, ask, settled }
}

test('a message that waits behind one that the disk refused is refused, too: it must not be stored before it', async () => {
  const { queue, groups, outcomes, ask, settled } = setup()
  ask('first', message('a'))
  ask('second', message('b'))
  ask('state', state)
  queue.answer([full])
  await settled()
  expect(outcomes).toEqual(['first refused', 'second refused'])
  expect(groups.at(-1)?.requests).toEqual([state])
  queue.answer([done])
  ask('third', message('c'))
  queue.answer([done])
  await settled()
  expect(outcomes).toEqual(['first refused', 'second refused', 'state done', 'third done'])
})

test('a message that is itself at fault refuses nobody else', async () => {
  const { queue, outcomes, ask, settled } = setup()
  ask('first', message('a'))
  ask('second', message('b'))
  queue.answer([{ ok: false, error: new Error('a bad one') }])
  queue.answer([done])
  await settled()
  expect(outcomes).toEqual(['first refused', 'second done'])
})

test('when no thread comes, nobody who waits behind one that gives up is stored before it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1000 })
  onTestFinished(() => void vi.useRealTimers())
  const { queue, groups, outcomes, ask, settled } = setup()
  ask('first', message('a'))
  queue.pause()
  vi.setSystemTime(2000)
  ask('second', message('b'))
  queue.giveUp(2000)
  await settled()
  expect(outcomes).toEqual(['first refused', 'second refused'])
  queue.resume()
  expect(groups).toHaveLength(1)
})
