import { expect, test } from 'vitest'
import { Allowance } from './allowance.ts'

test('a burst may be used at once, then only the steady rate', () => {
  const allowance = new Allowance({ perSecond: 10, burst: 5 }, 0)
  allowance.use(5)

  expect(allowance.waitMs(0)).toBe(100)
  expect(allowance.left(1000)).toBe(5)
  expect(allowance.isFull(1000)).toBe(true)
})

test('what was overdrawn is waited for', () => {
  const allowance = new Allowance({ perSecond: 10, burst: 5 }, 0)
  allowance.use(25)

  expect(allowance.waitMs(0)).toBe(2100)
  expect(allowance.waitMs(2100)).toBe(0)
})

test('a clock that runs backwards adds nothing', () => {
  const allowance = new Allowance({ perSecond: 10, burst: 1 }, 1000)
  allowance.use(1)

  expect(allowance.waitMs(0)).toBe(100)
})
