import { expect, test, vi } from 'vitest'
import { Inbox } from './inbox.ts'

function setup() {
  const inbox = new Inbox()
  const acknowledged: string[] = []
  const push = (name: string, accept: () => Promise<void>) =>
    inbox.push(accept, (error) => acknowledged.push(error ? `${name} failed` : name))
  return { inbox, push, acknowledged }
}

test('messages are acknowledged in order of arrival, not of completion', async () => {
  const { push, acknowledged } = setup()
  const slow = Promise.withResolvers<undefined>()

  push('slow', () => slow.promise)
  push('fast', () => Promise.resolve())
  await new Promise(setImmediate)
  expect(acknowledged).toEqual([])

  slow.resolve(undefined)
  await vi.waitFor(() => expect(acknowledged).toEqual(['slow', 'fast']))
})

test('a message that was refused is answered with its error', async () => {
  const { push, acknowledged } = setup()

  push('bad', () => Promise.reject(new Error('no')))
  await vi.waitFor(() => expect(acknowledged).toEqual(['bad failed']))
})

test('a closed inbox starts nothing more', () => {
  const { inbox, push } = setup()
  const accept = vi.fn(() => Promise.resolve())

  push('first', accept)
  inbox.close()
  push('late', accept)
  expect(accept).toHaveBeenCalledTimes(1)
})
