import { expect, test } from 'vitest'
import { createReadingsSnapshot, type LastReadings, type ReadingsMessage } from './readings-snapshot.ts'

const houseOf = (count: number) =>
  new Map<string, LastReadings>(
    Array.from({ length: count }, (_, index) => [`lane-${index}`, { at: 1, readings: { arm: 'closed' } }]),
  )

function setup(count: number, onSent: (known: Map<string, LastReadings>, controller: AbortController) => void) {
  const known = houseOf(count)
  const controller = new AbortController()
  const sent: ReadingsMessage[] = []
  const send = (message: ReadingsMessage) => {
    sent.push(message)
    onSent(known, controller)
    return Promise.resolve()
  }
  const snapshot = createReadingsSnapshot({ lastReadings: () => known, send })
  return { sent, run: () => snapshot(controller.signal) }
}

test('every device is told once, in messages of 500 devices at most', async () => {
  const { sent, run } = setup(1201, () => undefined)
  await run()
  expect(sent.map(({ devices }) => Object.keys(devices).length)).toEqual([500, 500, 201])
  expect(new Set(sent.flatMap(({ devices }) => Object.keys(devices))).size).toBe(1201)
})

test('a later piece carries the values of its own moment, and nothing of a device that was removed', async () => {
  const { sent, run } = setup(501, (known) => {
    known.set('lane-500', { at: 2, readings: { arm: 'open' } })
    known.delete('lane-0')
  })
  await run()
  expect(sent[1]?.devices).toEqual({ 'lane-500': { at: 2, readings: { arm: 'open' } } })
})

test('nobody is told more when the connection has ended, nor anything when there is nothing to tell', async () => {
  const ended = setup(501, (_known, controller) => controller.abort())
  await ended.run()
  expect(ended.sent).toHaveLength(1)
  const empty = setup(0, () => undefined)
  await empty.run()
  expect(empty.sent).toEqual([])
})
