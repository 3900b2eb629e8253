import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { argsOf, fieldsOf, initialValues, problemOf } from './schema-form'

const everything = Type.Object({
  text: Type.String({ minLength: 2, maxLength: 5 }),
  percent: Type.Integer({ minimum: 0, maximum: 100 }),
  hold: Type.Integer({ minimum: 1, maximum: 60, default: 5 }),
  level: Type.Number(),
  mode: Type.Enum(['soft', 'hard']),
  side: Type.Union([Type.Literal('left'), Type.Literal('right')]),
  loud: Type.Boolean(),
  lines: Type.Array(Type.String({ maxLength: 4 }), { minItems: 1, maxItems: 2 }),
  other: Type.Optional(Type.Object({})),
})
const fields = fieldsOf(everything)
const field = (name: string) => {
  const found = fields.find((candidate) => candidate.name === name)
  if (!found) throw new Error(name)
  return found
}

test('a schema becomes one field per property, required ones marked', () => {
  expect(fields.map(({ name, type, required }) => [name, type, required])).toEqual([
    ['text', 'text', true],
    ['percent', 'integer', true],
    ['hold', 'integer', true],
    ['level', 'number', true],
    ['mode', 'choice', true],
    ['side', 'choice', true],
    ['loud', 'flag', true],
    ['lines', 'lines', true],
    ['other', 'json', false],
  ])
})

test('a field starts with its default, or the gentlest allowed value', () => {
  expect(initialValues(fields)).toEqual({
    text: '',
    percent: '0',
    hold: '5',
    level: '',
    mode: 'soft',
    side: 'left',
    loud: false,
    lines: '',
    other: '',
  })
})

test.each([
  ['text', '', 'required'],
  ['text', 'a', 'tooShort'],
  ['text', 'abcdef', 'tooLong'],
  ['text', 'abc', undefined],
  ['percent', '101', 'atMost'],
  ['percent', '-1', 'atLeast'],
  ['percent', '1.5', 'integer'],
  ['percent', 'x', 'number'],
  ['percent', '100', undefined],
  ['level', '1.5', undefined],
  ['lines', 'a\nb\nc', 'tooMany'],
  ['lines', 'abcde', 'lineTooLong'],
  ['lines', 'a\n\nb', undefined],
  ['other', '{', 'json'],
  ['other', '', undefined],
])('%s = %j → %s', (name, value, problem) => {
  expect(problemOf(field(name), value)?.key).toBe(problem)
})

test('arguments have the types of the schema; empty ones are left out', () => {
  const values = {
    text: 'abc',
    percent: '40',
    hold: '5',
    level: '1.5',
    mode: 'hard',
    loud: true,
    lines: ' a \n\nb',
    other: '',
  }
  expect(argsOf(fields, values)).toEqual({
    text: 'abc',
    percent: 40,
    hold: 5,
    level: 1.5,
    mode: 'hard',
    loud: true,
    lines: ['a', 'b'],
  })
})
