import { expect, test } from 'vitest'
import { createSerialQueues } from './serial-queues.ts'

const setup = () => createSerialQueues({ jobs: 3, bytes: 100 })

test('jobs of one key run in order, one at a time; other keys do not wait', async () => {
  const { run, idle } = setup()
  const order: string[] = []
  const slow = Promise.withResolvers<undefined>()
  run('a', 1, async () => {
    await slow.promise
    order.push('a1')
  })
  run('a', 1, async () => {
    order.push('a2')
  })
  run('b', 1, async () => {
    order.push('b1')
    slow.resolve(undefined)
  })
  await idle()
  expect(order).toEqual(['b1', 'a1', 'a2'])
})

test('a queue takes no more jobs or bytes than its limits, and again when it is empty', async () => {
  const { run, idle, lengthOf } = setup()
  const job = async () => undefined
  expect([run('a', 60, job), run('a', 60, job), run('a', 40, job)]).toEqual([true, false, true])
  expect([run('b', 1, job), run('b', 1, job), run('b', 1, job), run('b', 1, job)]).toEqual([true, true, true, false])
  await idle()
  expect(lengthOf('a')).toBe(0)
  expect(run('a', 100, job)).toBe(true)
})
