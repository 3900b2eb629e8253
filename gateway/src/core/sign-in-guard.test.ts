import { expect, test } from 'vitest'
import { SignInGuard, type FailureReport } from './sign-in-guard.ts'

function setup() {
  const time = { now: 0 }
  const reports: FailureReport[] = []
  const guard = new SignInGuard({ now: () => time.now, onManyFailures: (report) => reports.push(report) })
  let looked = 0
  const attempt = (address: string, isRight: boolean, { deviceId = 'lane-1', isKnown = true } = {}) =>
    guard.attempt({
      ...{ deviceId, address, isKnown },
      check() {
        looked += 1
        return isRight
      },
    })
  const fail = (times: number, address: string) => Array.from({ length: times }, () => attempt(address, false))
  const tryName = (address: string, deviceId: string) => attempt(address, false, { deviceId, isKnown: false })
  return { time, reports, attempt, fail, tryName, looked: () => looked }
}

test('after a handful of wrong secrets the next ones are not even looked at, longer and longer', () => {
  const { time, attempt, fail, looked } = setup()
  expect(fail(5, '10.0.0.9')).toEqual(Array.from({ length: 5 }, () => 'refused'))
  expect(attempt('10.0.0.9', true)).toBe('throttled')
  expect(looked()).toBe(5)

  const waits: number[] = []
  for (let round = 0; round < 9; round += 1) {
    const from = time.now
    while (attempt('10.0.0.9', false) === 'throttled') time.now += 500
    waits.push(time.now - from)
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
})

test('the device itself comes in from its own address whatever others do', () => {
  const { attempt, fail } = setup()
  for (let host = 1; host < 250; host += 1) fail(6, `10.0.0.${host}`)
  expect(attempt('10.0.1.1', true)).toBe('admitted')
  expect(attempt('10.0.0.9', true)).toBe('throttled')
})

test('a device that gets it right again starts anew', () => {
  const { time, attempt, fail } = setup()
  fail(7, '10.0.0.9')
  time.now += 60_000
  expect(attempt('10.0.0.9', true)).toBe('admitted')
  expect(fail(4, '10.0.0.9').at(-1)).toBe('refused')
  expect(attempt('10.0.0.9', true)).toBe('admitted')
})

test('an address that tries many names is stopped, but not for a device that has been there before', () => {
  const { attempt, tryName } = setup()
  expect(attempt('10.0.0.9', true, { deviceId: 'lane-2' })).toBe('admitted')
  for (let i = 0; i < 30; i += 1) tryName('10.0.0.9', `guess-${i}`)
  expect(attempt('10.0.0.9', true, { deviceId: 'lane-3' })).toBe('throttled')
  expect(attempt('10.0.0.9', true, { deviceId: 'lane-2' })).toBe('admitted')
  expect(attempt('10.0.0.10', true, { deviceId: 'lane-3' })).toBe('admitted')
})

test('many failures of one device are told once an hour, with the addresses', () => {
  const { time, reports, fail } = setup()
  for (let host = 1; host <= 30; host += 1) fail(1, `10.0.0.${host}`)
  expect(reports).toMatchObject([{ deviceId: 'lane-1', failures: 20, minutes: 10 }])
  expect(reports[0]?.addresses).toHaveLength(8)
  time.now += 3_600_001
  for (let host = 1; host <= 30; host += 1) fail(1, `10.0.0.${host}`)
  expect(reports).toHaveLength(2)
})

test('many names from one address are told once, without a device', () => {
  const { time, reports, tryName } = setup()
  for (let second = 0; second < 1200; second += 1) {
    tryName('10.0.0.9', `guess-${second}`)
    time.now += 1000
  }
  expect(reports).toEqual([{ deviceId: undefined, failures: 40, minutes: 10, addresses: ['10.0.0.9'] }])
})

test('an IPv6 network counts as one address, and an IPv4 address in IPv6 as itself', () => {
  const { attempt, fail } = setup()
  for (let host = 1; host <= 5; host += 1) fail(1, `fd00:1:2:3::${host}`)
  expect(attempt('fd00:1:2:3:ffff::1', true)).toBe('throttled')
  expect(attempt('fd00:1:2:4::1', true)).toBe('admitted')
  fail(5, '10.0.0.9')
  expect(attempt('::ffff:10.0.0.9', true)).toBe('throttled')
})
