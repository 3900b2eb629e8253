import { expect, onTestFinished, test, vi } from 'vitest'
import { Deadlines } from './deadlines.ts'

function setup() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const onLate = vi.fn()
  return { deadlines: new Deadlines(1000, onLate), onLate, connection: () => ({ destroy: vi.fn() }) }
}

test('who is not done in time is ended, who is done is left alone', () => {
  const { deadlines, onLate, connection } = setup()
  const [late, done] = [connection(), connection()]
  deadlines.begin(late)
  deadlines.begin(done)
  deadlines.met(done)

  vi.advanceTimersByTime(990)
  expect(late.destroy).not.toHaveBeenCalled()
  vi.advanceTimersByTime(20)
  expect(late.destroy).toHaveBeenCalledTimes(1)
  expect(done.destroy).not.toHaveBeenCalled()
  expect(onLate).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('many that are late together are ended a few at a time', () => {
  const { deadlines, onLate, connection } = setup()
  for (let index = 0; index < 1000; index += 1) deadlines.begin(connection())

  vi.advanceTimersByTime(1020)
  expect(onLate.mock.calls.length).toBeLessThan(100)
  vi.advanceTimersByTime(1000)
  expect(onLate).toHaveBeenCalledTimes(1000)
})
