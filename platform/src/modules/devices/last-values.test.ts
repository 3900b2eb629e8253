import { expect, test } from 'vitest'
import { createLastValues, mergeReports } from './last-values.ts'

function setup() {
  const values = createLastValues()
  values.learn('d1', 'garden', { at: 10, readings: { raised: false } })
  return values
}

test('only what changed is news, and only once', () => {
  const values = setup()
  values.take('d1', { at: 20, readings: { raised: false, cars: 3 } })
  values.take('d1', { at: 30, readings: { cars: 4 } })
  expect(values.takeChanges()).toEqual([['d1', { cars: 4 }]])
  expect(values.takeChanges()).toEqual([])
  expect(values.get('d1')).toEqual({ compoundId: 'garden', at: 30, readings: { raised: false, cars: 4 } })
})

test('a device that nobody knows is passed over', () => {
  const values = setup()
  values.take('d2', { at: 20, readings: { raised: true } })
  expect([values.get('d2'), values.takeChanges()]).toEqual([undefined, []])
})

test('invented names of readings fill no memory', () => {
  const values = setup()
  for (let index = 0; index < 500; index += 1) values.take('d1', { at: 20, readings: { [`reading${index}`]: index } })
  expect(Object.keys(values.get('d1')?.readings ?? {})).toHaveLength(200)
})

test('of two reports the later values count', () => {
  const first = { at: 1, readings: { a: 1, b: 1 } }
  expect(mergeReports(mergeReports(undefined, first), { at: 2, readings: { b: 2 } })).toEqual({
    at: 2,
    readings: { a: 1, b: 2 },
  })
})
