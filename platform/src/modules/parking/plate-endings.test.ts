import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endingsOf, endingsWith } from './plate-endings.ts'

const signs = ['京', '沪', 'A', '1', 'B', '2', '%', '_', '\\']
const plates = fc.string({ unit: fc.constantFrom(...signs), minLength: 1, maxLength: 9 })

test('a plate is found by any of its parts, and by nothing else', () => {
  fc.assert(
    fc.property(plates, fc.string({ unit: fc.constantFrom(...signs), minLength: 1, maxLength: 4 }), (plate, part) => {
      const [first, end] = endingsWith(part)
      const isFound = endingsOf(plate).some((ending) => ending >= first && ending < end)
      expect(isFound).toBe(plate.includes(part))
    }),
    { numRuns: 10_000 },
  )
})
