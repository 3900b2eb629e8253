import { expect, onTestFinished, test, vi } from 'vitest'
import { WaitingRoom } from './waiting-room.ts'

function setup({ perAddress = 10_000, total = 100_000 } = {}) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const onEvicted = vi.fn()
  const room = new WaitingRoom({ perAddress, total, onEvicted })
  const enter = (address: string) => {
    const [destroy, heard] = [vi.fn(), vi.fn()]
    const stranger = room.enter(address, { destroy }, heard)
    return { destroy, stranger, isHeard: () => heard.mock.calls.length === 1 }
  }
  const crowd = (count: number, address = 'a') => Array.from({ length: count }, () => enter(address))
  return { room, onEvicted, enter, crowd, pass: (ms: number) => vi.advanceTimersByTime(ms) }
}
const heardOf = (crowd: readonly { isHeard: () => boolean }[]) => crowd.filter(({ isHeard }) => isHeard()).length

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

test('a few are listened to at once, a crowd that comes to nothing little by little', () => {
  const { crowd, pass } = setup()
  const all = crowd(200)

  expect(heardOf(all)).toBe(40)
  pass(1000)
  expect(heardOf(all)).toBe(90)
  pass(3000)
  expect(heardOf(all)).toBe(200)
  expect(vi.getTimerCount()).toBe(0)
})

test('a crowd that signs in is let in as fast as it does', () => {
  const { crowd } = setup()
  const all = crowd(500)
  for (let round = 0; round < 500; round += 1) {
    for (const { stranger, isHeard } of all) if (isHeard()) stranger.welcome()
  }

  expect(heardOf(all)).toBe(500)
})

test('the newest is listened to first', () => {
  const { crowd, enter, pass } = setup()
  const all = crowd(1000)
  const device = enter('a')
  pass(20)

  expect(device.isHeard()).toBe(true)
  expect(heardOf(all)).toBe(40)
})

test('addresses take turns', () => {
  const { crowd, enter, pass } = setup()
  crowd(1000, 'a')
  const [first, second] = [enter('b'), enter('b')]
  pass(100)

  expect([first.isHeard(), second.isHeard()]).toEqual([true, true])
})

test('addresses from which somebody has signed in come before others, which are not forgotten', () => {
  const { crowd, enter, pass } = setup()
  enter('home').stranger.welcome()
  for (let index = 0; index < 300; index += 1) enter(`stranger ${index}`)
  const returning = crowd(20, 'home')
  const newcomer = enter('newcomer')
  pass(600)

  expect(heardOf(returning)).toBe(20)
  expect(newcomer.isHeard()).toBe(false)
  const strangers = crowd(10_000, 'home')
  const late = enter('late')
  pass(60_000)
  expect(heardOf(strangers)).toBeLessThan(3000)
  expect(late.isHeard()).toBe(true)
})

test('who leaves while waiting is not listened to, and not kept', () => {
  const { room, crowd, pass } = setup()
  const all = crowd(200)
  for (const { stranger } of all) stranger.leave()
  pass(10_000)

  expect(heardOf(all)).toBe(40)
  expect([room.size, room.addresses]).toEqual([0, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('of addresses only the known ones are remembered, and not without limit', () => {
  const { room } = setup()
  const enter = (address: string) => room.enter(address, { destroy: () => undefined }, () => undefined)
  for (let index = 0; index < 30_000; index += 1) {
    const stranger = enter(`address ${index}`)
    if (index % 2 === 0) stranger.welcome()
    stranger.leave()
  }
  expect(room.addresses).toBe(15_000)
  for (let index = 0; index < 30_000; index += 1) enter(`other ${index}`).welcome()
  expect(room.addresses).toBe(20_000)
})
