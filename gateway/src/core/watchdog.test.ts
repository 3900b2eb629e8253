import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLogger } from '../../test/fakes.ts'
import { startWatchdog } from './watchdog.ts'

function start(check: () => Promise<unknown>) {
  const ping = vi.fn(() => Promise.resolve())
  const logger = { ...silentLogger, error: vi.fn() }
  const watchdog = startWatchdog({ everyMs: 20, checks: { well: () => Promise.resolve(), check }, ping, logger })
  onTestFinished(() => watchdog.close())
  return { ping, logger, watchdog }
}

test('as long as everything answers it says so again and again', async () => {
  const { ping } = start(() => Promise.resolve())
  await vi.waitFor(() => expect(ping.mock.calls.length).toBeGreaterThan(3))
})

test('one thing that fails, or does not answer in time, is enough to keep silent', async () => {
  for (const check of [() => Promise.reject(new Error('gone')), () => new Promise(() => undefined)]) {
    const { ping, logger } = start(check)
    await vi.waitFor(() => expect(logger.error.mock.calls.length).toBeGreaterThan(2))
    expect(logger.error).toHaveBeenCalledWith(expect.objectContaining({ check: 'check' }), 'watchdog gets no answer')
    expect(ping).not.toHaveBeenCalled()
  }
})

test('what works again is told again', async () => {
  const state = { isWell: false }
  const { ping, logger } = start(() => (state.isWell ? Promise.resolve() : Promise.reject(new Error('gone'))))
  await vi.waitFor(() => expect(logger.error).toHaveBeenCalled())
  state.isWell = true
  await vi.waitFor(() => expect(ping).toHaveBeenCalled())
})

test('a service manager that cannot be told is no reason to fall over', async () => {
  const { ping, logger } = start(() => Promise.resolve())
  ping.mockRejectedValueOnce(new Error('no such file'))
  await vi.waitFor(() => expect(ping.mock.calls.length).toBeGreaterThan(2))
  expect(logger.error).toHaveBeenCalledTimes(1)
})
