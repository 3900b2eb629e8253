import { expect, test } from 'vitest'
import { createVault } from '../../core/vault.ts'
import { maskPlate } from './quoting.ts'
import { laneToken, quoteToken, readLaneToken, readQuote } from './tokens.ts'

const key = createVault(Buffer.alloc(32, 1)).keyFor('pay-page')
const other = createVault(Buffer.alloc(32, 1)).keyFor('sandbox')
const quote = { sessionId: 'barrier-1/e42', fen: 1250, quotedAt: 1_780_000_000_000 }

test('a code of a lane says which lane and version, and nobody else can make one', () => {
  const token = laneToken(key, { laneId: 'barrier-1', version: 2 })
  expect(readLaneToken(key, token)).toEqual({ laneId: 'barrier-1', version: 2 })
  expect(readLaneToken(key, token.replace('.2.', '.3.'))).toBeUndefined()
  expect(readLaneToken(other, token)).toBeUndefined()
  expect(readLaneToken(key, 'nonsense')).toBeUndefined()
})

test('a quote is good at its lane, with its amount', () => {
  const token = quoteToken(key, 'barrier-1', quote)
  expect(readQuote(key, 'barrier-1', token)).toEqual(quote)
  expect(readQuote(key, 'barrier-2', token)).toBeUndefined()
  expect(readQuote(key, 'barrier-1', `1.${token.split('.').slice(1).join('.')}`)).toBeUndefined()
})

test('of a plate enough is left to know one’s own', () => {
  expect(maskPlate('京A12345')).toBe('京A***45')
  expect(maskPlate('')).toBe('')
})
