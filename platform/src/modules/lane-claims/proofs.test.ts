import { expect, test } from 'vitest'
import { proofOf, readProof } from './proofs.ts'

const key = Buffer.alloc(32, 1)
const plate = '无牌K7C3AE'

test('a proof is good for its plate at its compound, and nobody else can make one', () => {
  const proof = proofOf(key, 'garden', plate)
  expect(proof).not.toContain('无')
  expect(readProof(key, 'garden', proof)).toBe(plate)
  expect(readProof(key, 'lake', proof)).toBeUndefined()
  expect(readProof(Buffer.alloc(32, 2), 'garden', proof)).toBeUndefined()
  expect(readProof(key, 'garden', proof.replace('K7', 'K9'))).toBeUndefined()
  expect(readProof(key, 'garden', 'nonsense')).toBeUndefined()
})
