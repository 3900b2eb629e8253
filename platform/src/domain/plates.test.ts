import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import {
  classifyPlate,
  colourFits,
  confusablesOf,
  isPolicePlate,
  isStandInPlate,
  matchPlate,
  normalisePlate,
  standInOf,
  standInPlate,
  standInTail,
} from './plates.ts'

const runs = { numRuns: 10_000 }

// Properties take a while where other tests run beside them.
vi.setConfig({ testTimeout: 60_000 })

test.each([
  ['京A·12345', 'standard'],
  ['沪AD12345', 'new-energy-small'],
  ['粤BA12345', 'new-energy-small'],
  ['粤B12345D', 'new-energy-large'],
  ['粤ZMX42澳', 'hong-kong-macao'],
  ['京A1234警', 'suffix'],
  ['沪B1234挂', 'suffix'],
  ['WJ京1234X', 'armed-police'],
  ['WJ12345', 'armed-police'],
  ['VA12345', 'military'],
  ['京X1234应急', 'emergency'],
  ['123456使', 'embassy'],
  ['使123456', 'embassy'],
  ['民航A123', 'invalid'],
  ['民航A1234', 'civil-aviation'],
  ['无牌车', 'unplated'],
  ['_无_', 'unplated'],
  ['', 'unplated'],
  ['无牌K7C3AE', 'stand-in'],
  ['无牌k7·c3ae', 'stand-in'],
  ['无牌K7C3A', 'invalid'],
  ['无牌K7C3A0', 'invalid'],
  ['京AI1234', 'invalid'],
  ['沪A1234', 'invalid'],
])('%s is %s', (raw, expected) => {
  expect(classifyPlate(normalisePlate(raw))).toBe(expected)
})

test.each([
  ['京a·12345', '京A12345'],
  [' 沪 AD-12345 ', '沪AD12345'],
  ['粤Ｂ１２３４５', '粤B12345'],
  ['京A•1.2_345', '京A12345'],
])('%s is written %s', (raw, plate) => {
  expect(normalisePlate(raw)).toBe(plate)
})

test('normalising twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 16 }), (raw) => {
      expect(normalisePlate(normalisePlate(raw))).toBe(normalisePlate(raw))
    }),
    runs,
  )
})

test.each([
  ['沪AD12345', 'green', true],
  ['沪AD1234', 'green', false], // lost its last character: valid by form, wrong by colour
  ['沪A12345', 'blue', true],
  ['沪AD12345', 'blue', false],
  ['沪A12345', 'yellow', true],
  ['粤B12345D', 'yellow', true],
  ['沪AD12345', 'yellow', false],
  ['VA12345', 'white', true],
  ['沪A12345', 'unknown', true],
] as const)('%s can be %s: %s', (plate, colour, expected) => {
  expect(colourFits(plate, colour)).toBe(expected)
})

test('police plates are told by their class or their last character', () => {
  expect(['WJ京1234X', '京A1234警', '京A1234学', '京A12345'].map(isPolicePlate)).toEqual([true, true, false, false])
})

test('a stand-in plate is none of any car, is written in one way and is like no other', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
      const plate = standInPlate((from) => (numbers.next().value ?? 0) % from)
      expect(isStandInPlate(plate)).toBe(true)
      expect(normalisePlate(plate.toLowerCase())).toBe(plate)
      expect(confusablesOf(plate)).toEqual([])
      expect(standInOf(standInTail(plate))).toBe(plate)
    }),
    runs,
  )
})

const known =
  (...plates: string[]) =>
  (plate: string) =>
    plates.includes(plate)

test('the very plate comes before any similar one', () => {
  expect(matchPlate('沪A12345', 'blue', known('沪A12345', '沪AT2345'))).toMatchObject({
    plate: '沪A12345',
    distance: 0,
  })
})

test.each([
  ['沪AO2345', '沪A12345', undefined], // O is no letter of plates and confusable with nothing here
  ['沪AD2345', '沪A02345', '沪A02345'],
  ['沪AT2345', '沪A12345', '沪A12345'],
  ['沪A1234S', '沪A12345', '沪A12345'],
  ['沪AB2345', '沪A82345', '沪A82345'],
  ['沪AG2345', '沪A62345', '沪A62345'],
  ['沪AZ2345', '沪A22345', '沪A22345'],
  ['?A12345', '沪A12345', '沪A12345'],
  ['A12345', '沪A12345', '沪A12345'],
  ['沪A12345', '?A12345', '?A12345'], // it was not read when the car came in
  ['沪A12345', 'A12345', 'A12345'],
  ['沪A12345', '?A1234S', undefined],
  ['?A12345', '#A12345', undefined],
  ['苏A12345', '沪A12345', undefined], // a province that was read is not doubted
  ['沪AT234S', '沪A12345', undefined], // two mistakes
])('%s means %s: %s', (raw, permit, expected) => {
  expect(matchPlate(raw, 'blue', known(permit)).plate).toBe(expected)
})

test('with two candidates a person must choose', () => {
  const match = matchPlate('沪A0234D', 'blue', known('沪AD234D', '沪A02340'))
  expect(match.plate).toBeUndefined()
  expect(match.candidates).toEqual(['沪AD234D', '沪A02340'])
})

test('the province that was not read at the entrance may be the wrong one', () => {
  const match = matchPlate('沪A12345', 'blue', known('?A12345', '沪A1234S'))
  expect(match.plate).toBeUndefined()
  expect(match.candidates).toEqual(['沪A1234S', '?A12345'])
})

test('a candidate of another colour class does not count', () => {
  expect(matchPlate('沪AT2345', 'white', known('沪A12345')).plate).toBeUndefined()
})

const letter = fc.constantFrom(...Array.from('ABCDEFGHJKLMNPQRSTUVWXYZ'))
const sign = fc.constantFrom(...Array.from('ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'))
const standardPlate = fc
  .tuple(fc.constantFrom(...Array.from('京津沪粤苏')), letter, fc.array(sign, { minLength: 5, maxLength: 5 }))
  .map(([province, city, rest]) => `${province}${city}${rest.join('')}`)

test('confusion is mutual, keeps the length and never yields the plate itself', () => {
  fc.assert(
    fc.property(standardPlate, (plate) => {
      for (const other of confusablesOf(plate)) {
        expect(other).not.toBe(plate)
        expect(other).toHaveLength(plate.length)
        expect(confusablesOf(other)).toContain(plate)
      }
    }),
    runs,
  )
})

/** A plate as it is read, and the plates of some cars: of this one, of cars that look like it, of others. */
const readAmongKnown = standardPlate.chain((raw) => {
  const near = fc.constantFrom(raw, ...confusablesOf(raw))
  return fc.tuple(fc.constant(raw), fc.array(fc.oneof(near, standardPlate), { maxLength: 3 }))
})

test('a match is the plate itself or the only known one that is one mistake away', () => {
  fc.assert(
    fc.property(readAmongKnown, ([raw, cars]) => {
      const isKnown = known(...cars)
      const near = confusablesOf(raw).filter(isKnown)
      const { plate, distance } = matchPlate(raw, 'unknown', isKnown)
      if (isKnown(raw)) expect({ plate, distance }).toEqual({ plate: raw, distance: 0 })
      else if (near.length === 1) expect({ plate, distance }).toEqual({ plate: near[0], distance: 1 })
      else expect(plate).toBeUndefined()
    }),
    runs,
  )
})
