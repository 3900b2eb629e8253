import { expect, test } from 'vitest'
import { monthlyForm, monthlyTerms } from './monthly'

test('a price in yuan is terms in fen, and back', () => {
  const terms = { fen: 123_450, maxMonths: 6 }
  expect(monthlyForm(terms)).toEqual({ price: '1234.50', maxMonths: 6 })
  expect(monthlyTerms(monthlyForm(terms))).toEqual(terms)
})

test('without a price nothing is offered', () => {
  expect(monthlyTerms(monthlyForm(undefined))).toBeUndefined()
  expect(monthlyTerms({ price: '0', maxMonths: 3 })).toBeUndefined()
})
