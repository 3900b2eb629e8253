import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

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
