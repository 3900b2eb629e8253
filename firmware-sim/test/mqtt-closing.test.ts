import { expect, test } from 'vitest'
import { brokerNames, brokers, openSocket, signIn } from './mqtt/brokers.ts'
import { closingCases } from './mqtt/closing-cases.ts'

test('there are as many cases as were promised, each with a name of its own', () => {
  expect(closingCases.length).toBeGreaterThanOrEqual(150)
  expect(new Set(closingCases.map(({ name }) => name)).size).toBe(closingCases.length)
})

for (const brokerName of brokerNames) {
  test.each(closingCases)(`${brokerName} broker: $name ends the connection [$statement]`, async (closing) => {
    const broker = await brokers[brokerName]()
    const isStranger = closing.stage === 'stranger'
    const connection = isStranger ? await openSocket(broker.port) : await signIn(broker)
    const before = connection.received().length

    connection.write(closing.bytes(broker.client))
    await connection.closed()
    const answer = [...connection.received().subarray(before)]
    expect(answer).toEqual(closing.answered === undefined ? [] : [0x20, 2, 0, closing.answered])
    expect(broker.heard()).toEqual([])
  })

  test(`${brokerName} broker: who is silent for one and a half times its keep-alive is gone [MQTT-3.1.2-24]`, async () => {
    const broker = await brokers[brokerName]()
    const began = performance.now()
    const connection = await signIn(broker, { keepAliveS: 1 })

    await connection.closed()
    expect(performance.now() - began).toBeGreaterThan(1400)
  })
}
