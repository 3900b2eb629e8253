import { expect, test } from 'vitest'
import { isLoopback, loadConfig } from './config.ts'

test('an empty environment gives a platform on loopback with embedded stores', () => {
  expect(loadConfig({})).toMatchObject({ GATEHOUSE_HOST: '127.0.0.1', GATEHOUSE_HTTP_PORT: 8080, INFLUX_FLAVOUR: 'v1' })
})

test('every problem is named at once', () => {
  const load = () => loadConfig({ GATEHOUSE_HTTP_PORT: 'http', DATABASE_URL: 'mysql://x', GATEHOUSE_LOG_LEVEL: 'loud' })
  expect(load).toThrow(/GATEHOUSE_HTTP_PORT.*/)
  expect(load).toThrow(/DATABASE_URL/)
  expect(load).toThrow(/GATEHOUSE_LOG_LEVEL/)
})

test.each([
  [{ GATEHOUSE_HOST: '0.0.0.0' }, 'not loopback'],
  [{ GATEHOUSE_TLS_CERT: 'a.pem' }, 'belong together'],
  [{ GATEHOUSE_TIME_ZONE: 'Mars/Base' }, 'no IANA time zone'],
])('%o is refused', (env, problem) => {
  expect(() => loadConfig(env)).toThrow(problem)
})

test('what is not ours is left alone', () => {
  expect(loadConfig({ PATH: '/bin', HOME: '/' })).not.toHaveProperty('PATH')
})

test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s stays on this host', (host) => {
  expect(isLoopback(host)).toBe(true)
})

test.each(['127.evil.example', '127.0.0.1.example.org', '127.999.0.1', '0.0.0.0', '::', 'localhost.example.org'])(
  '%s can be reached from elsewhere',
  (host) => {
    expect(isLoopback(host)).toBe(false)
    expect(() => loadConfig({ GATEHOUSE_HOST: host })).toThrow('not loopback')
  },
)
