import { expect, test } from 'vitest'
import { isTransient } from './failure.ts'

const withCode = (code: string) => Object.assign(new Error('x'), { code })

test.each(['40P01', '57P01', '53100', 'SQLITE_BUSY', 'SQLITE_FULL', 'ECONNRESET'])('%s is tried again', (code) => {
  expect(isTransient(withCode(code))).toBe(true)
})

test.each(['23505', '22001', 'SQLITE_CONSTRAINT_NOTNULL', 'DEVICE_NOT_FOUND'])(
  '%s is the fault of the record',
  (code) => {
    expect(isTransient(withCode(code))).toBe(false)
  },
)

test('a bug of ours is the fault of the record, too: it would fail for ever', () => {
  expect(isTransient(new TypeError('x is not a function'))).toBe(false)
})
