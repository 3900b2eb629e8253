import { expect, test } from 'vitest'
import { drivers } from './index.ts'

test('every kind is there once', () => {
  const kinds = drivers.map(({ kind }) => kind)
  expect(new Set(kinds).size).toBe(kinds.length)
})

test.each(drivers)('$kind: readings and commands are named as telemetry and console need it', ({ capabilities }) => {
  for (const name of Object.keys(capabilities)) expect(name).toMatch(/^[a-z][a-zA-Z0-9]{0,63}$/)
})

test.each(drivers.filter(({ exit }) => exit))('$kind: what opens an exit is a command without arguments', (driver) => {
  for (const name of [driver.exit?.holdOpen, driver.exit?.release]) {
    const capability = driver.capabilities[name ?? '']
    expect(capability).toMatchObject({ role: 'command', idempotent: true, payload: { properties: {} } })
  }
})
