import { expect, test, vi } from 'vitest'
import { WaitingRoom } from './waiting-room.ts'

function setup(limits: { perAddress?: number; total?: number; burst?: number } = {}) {
  const { perAddress = 3, total = 5, burst = 100 } = limits
  const onEvicted = vi.fn()
  const room = new WaitingRoom({ perAddress, total, fruitless: { perSecond: 10, burst }, onEvicted })
  const enter = (address: string, now = 0) => {
    const destroy = vi.fn()
    return { destroy, stranger: room.enter(address, { destroy }, now) }
  }
  return { room, onEvicted, enter }
}

test('when an address has too many strangers, the one that waited longest goes', () => {
  const { room, onEvicted, enter } = setup()
  const [first, ...others] = ['a', 'a', 'a', 'b', 'a'].map((address) => enter(address))

  expect(first?.destroy).toHaveBeenCalledTimes(1)
  for (const { destroy } of others) expect(destroy).not.toHaveBeenCalled()
  expect(onEvicted).toHaveBeenCalledTimes(1)
  expect(room.size).toBe(4)
})

test('when the room is full, the one that waited longest of all goes', () => {
  const { room, enter } = setup()
  const [first] = ['a', 'b', 'c', 'd', 'e', 'f'].map((address) => enter(address))

  expect(first?.destroy).toHaveBeenCalledTimes(1)
  expect(room.size).toBe(5)
})

test('who has signed in, or gone, takes no place', () => {
  const { room, enter } = setup()
  const guests = ['a', 'a', 'a'].map((address) => enter(address))
  guests[0]?.stranger.welcome()
  guests[1]?.stranger.leave()
  enter('a')
  enter('a')

  expect(room.size).toBe(3)
  for (const { destroy } of guests) expect(destroy).not.toHaveBeenCalled()
})

test('an address whose connections come to nothing has to wait, longer and longer up to a limit', () => {
  const { enter } = setup({ perAddress: 1000, total: 1000, burst: 2 })
  const delays = Array.from({ length: 40 }, () => enter('a').stranger.delayMs)

  expect(delays.slice(0, 4)).toEqual([0, 0, 100, 200])
  expect(delays.at(-1)).toBe(2000)
  expect(enter('b').stranger.delayMs).toBe(0)
})

test('devices that sign in do not use up the patience with their address', () => {
  const { enter } = setup({ perAddress: 1000, total: 1000, burst: 2 })
  for (let index = 0; index < 50; index += 1) {
    const { stranger } = enter('a')
    expect(stranger.delayMs).toBe(0)
    stranger.welcome()
    stranger.leave()
  }
})

test('addresses are forgotten once nothing is known against them', () => {
  const { room, enter } = setup({ perAddress: 1000, total: 100_000 })
  for (let index = 0; index < 1000; index += 1) enter(`early ${index}`).stranger.leave()
  for (let index = 0; index < 100; index += 1) enter(`late ${index}`, 60_000).stranger.leave()

  expect(room.addresses).toBeLessThan(110)
})
