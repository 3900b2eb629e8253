import { expect, onTestFinished, test, vi } from 'vitest'
import { WaitingRoom } from './waiting-room.ts'

function setup(limits: { perAddress?: number; total?: number; burst?: number } = {}) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { perAddress = 10_000, total = 100_000, burst = 100_000 } = limits
  const onEvicted = vi.fn()
  const room = new WaitingRoom({ perAddress, total, fruitless: { perSecond: 10, burst }, onEvicted })
  const enter = (address: string) => {
    const [destroy, heard] = [vi.fn(), vi.fn()]
    const came = performance.now()
    let waitedMs = NaN
    heard.mockImplementation(() => (waitedMs = performance.now() - came))
    const stranger = room.enter(address, { destroy }, heard)
    return { destroy, heard, stranger, waitedMs: () => Math.round(waitedMs) }
  }
  return { room, onEvicted, enter, pass: (ms: number) => vi.advanceTimersByTime(ms) }
}

test('when an address has too many strangers, the one that waited longest goes', () => {
  const { room, onEvicted, enter } = setup({ perAddress: 3, total: 5 })
  const [first, ...others] = ['a', 'a', 'a', 'b', 'a'].map((address) => enter(address))

  expect(first?.destroy).toHaveBeenCalledTimes(1)
  for (const { destroy } of others) expect(destroy).not.toHaveBeenCalled()
  expect(onEvicted).toHaveBeenCalledTimes(1)
  expect(room.size).toBe(4)
})

test('when the room is full, the one that waited longest of all goes', () => {
  const { room, enter } = setup({ perAddress: 3, total: 5 })
  const [first] = ['a', 'b', 'c', 'd', 'e', 'f'].map((address) => enter(address))

  expect(first?.destroy).toHaveBeenCalledTimes(1)
  expect(room.size).toBe(5)
})

test('who has signed in, or gone, takes no place', () => {
  const { room, enter } = setup({ perAddress: 3, total: 5 })
  const guests = ['a', 'a', 'a'].map((address) => enter(address))
  guests[0]?.stranger.welcome()
  guests[1]?.stranger.leave()
  enter('a')
  enter('a')

  expect(room.size).toBe(3)
  for (const { destroy } of guests) expect(destroy).not.toHaveBeenCalled()
})

test('a few are listened to at once, a crowd little by little', () => {
  const { enter, pass } = setup()
  const crowd = Array.from({ length: 100 }, () => enter('a'))
  const heard = () => crowd.filter((one) => one.heard.mock.calls.length === 1).length

  expect(heard()).toBe(10)
  pass(5)
  expect(heard()).toBe(20)
  pass(1000)
  expect(heard()).toBe(100)
  expect(vi.getTimerCount()).toBe(0)
})

test('a crowd from one address keeps nobody from elsewhere waiting', () => {
  const { enter, pass } = setup()
  for (let index = 0; index < 1000; index += 1) enter('a')
  const device = enter('b')
  pass(5)

  expect(device.waitedMs()).toBeLessThanOrEqual(5)
})

test('an address whose connections come to nothing has to wait, longer and longer up to a limit', () => {
  const { enter, pass } = setup({ burst: 2 })
  const all = Array.from({ length: 60 }, () => enter('a'))
  const other = enter('b')
  pass(3000)
  const waits = all.map(({ waitedMs }) => waitedMs())

  expect(waits.slice(0, 4)).toEqual([0, 0, 100, 200])
  expect(Math.max(...waits)).toBeGreaterThanOrEqual(2000)
  expect(Math.max(...waits)).toBeLessThan(2100)
  expect(other.waitedMs()).toBe(0)
})

test('devices that sign in do not use up the patience with their address', () => {
  const { enter, pass } = setup({ burst: 2 })
  for (let index = 0; index < 50; index += 1) {
    const { stranger, waitedMs } = enter('a')
    expect(waitedMs()).toBe(0)
    stranger.welcome()
    stranger.leave()
    pass(5)
  }
})

test('who leaves while waiting is not listened to', () => {
  const { enter, pass } = setup()
  const crowd = Array.from({ length: 20 }, () => enter('a'))
  for (const { stranger } of crowd) stranger.leave()
  pass(1000)

  expect(crowd.filter(({ heard }) => heard.mock.calls.length > 0)).toHaveLength(10)
})

test('addresses are forgotten once nothing is known against them', () => {
  const { room, enter, pass } = setup()
  for (let index = 0; index < 1000; index += 1) enter(`early ${index}`).stranger.leave()
  pass(60_000)
  for (let index = 0; index < 100; index += 1) enter(`late ${index}`).stranger.leave()

  expect(room.addresses).toBeLessThan(110)
})
