import { expect, onTestFinished, test, vi } from 'vitest'
import { TokenBucket } from '../../core/token-bucket.ts'
import { Inbox } from './inbox.ts'

function setup(perSecond = 1000, burst = 1000) {
  const slowedDown = vi.fn()
  const inbox = new Inbox(new TokenBucket({ perSecond, burst }, performance.now()), slowedDown)
  const acknowledged: string[] = []
  const push = (name: string, accept: () => Promise<void>) =>
    inbox.push(accept, (error) => acknowledged.push(error ? `${name} failed` : name))
  return { inbox, push, acknowledged, slowedDown }
}

/** Time that passes only when the test says so. */
function holdTime() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}

test('messages are acknowledged in order of arrival, not of completion', async () => {
  const { push, acknowledged } = setup()
  const slow = Promise.withResolvers<undefined>()

  push('slow', () => slow.promise)
  push('fast', () => Promise.resolve())
  await new Promise(setImmediate)
  expect(acknowledged).toEqual([])

  slow.resolve(undefined)
  await vi.waitFor(() => expect(acknowledged).toEqual(['slow', 'fast']))
})

test('a message that was refused is answered with its error', async () => {
  const { push, acknowledged } = setup()

  push('bad', () => Promise.reject(new Error('no')))
  await vi.waitFor(() => expect(acknowledged).toEqual(['bad failed']))
})

test('a sender that is too fast is slowed down and loses nothing', async () => {
  holdTime()
  const { push, acknowledged, slowedDown } = setup(200, 2)

  for (let i = 0; i < 10; i++) push(String(i), () => Promise.resolve())
  await vi.advanceTimersByTimeAsync(1)
  expect(acknowledged).toEqual(['0', '1'])
  expect(slowedDown).toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1000)
  expect(acknowledged).toEqual(Array.from({ length: 10 }, (_, i) => String(i)))
})

test('a closed inbox starts nothing more', async () => {
  holdTime()
  const { inbox, push } = setup(1000, 1)
  const accept = vi.fn(() => Promise.resolve())

  push('first', accept)
  push('waiting', accept)
  inbox.close()
  push('late', accept)
  await vi.advanceTimersByTimeAsync(1000)
  expect(accept).toHaveBeenCalledTimes(1)
})
