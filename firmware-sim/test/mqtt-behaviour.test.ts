import { expect, test } from 'vitest'
import { brokerNames, brokers } from './mqtt/brokers.ts'
import { closingCases } from './mqtt/closing-cases.ts'
import { connecting, wills } from './mqtt/connecting.ts'
import { publishing, staleness } from './mqtt/publishing.ts'
import { statements } from './mqtt/statements.ts'
import { subscribing } from './mqtt/subscribing.ts'

const behaviours = [...connecting, ...wills, ...publishing, ...subscribing, ...staleness]

for (const brokerName of brokerNames) {
  const own = behaviours.filter(({ only = brokerName }) => only === brokerName)
  test.each(own)(`${brokerName} broker: $name [$statements]`, async ({ run }) => {
    await run(await brokers[brokerName]())
  })
}

const tested = new Set([
  ...closingCases.map(({ statement }) => statement),
  ...behaviours.flatMap((one) => one.statements),
])

test('every statement that is said to be kept, or to be kept otherwise, is tested', () => {
  const claimed = statements.filter(({ verdict }) => verdict === 'kept' || verdict === 'otherwise')
  expect(claimed.filter(({ id }) => !tested.has(id)).map(({ id }) => id)).toEqual([])
})

test('every test names a statement of the standard', () => {
  const known = new Set(statements.map(({ id }) => id))
  expect([...tested].filter((id) => !known.has(id))).toEqual([])
  expect(known.size).toBe(141)
})
