import { expect, test } from 'vitest'
import { isLoopback } from './loopback.ts'

test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s stays on this host', (host) => {
  expect(isLoopback(host)).toBe(true)
})

test.each([
  '0.0.0.0',
  '::',
  '',
  '192.168.1.2',
  '127.0.0.1.example.org',
  '127.999.0.1',
  '127.01.0.1',
  'gateway.local',
  '10.127.0.1',
])('%s can be reached from elsewhere', (host) => {
  expect(isLoopback(host)).toBe(false)
})
