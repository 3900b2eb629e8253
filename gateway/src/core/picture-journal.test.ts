import { expect, test } from 'vitest'
import { memoryStore, startTime } from '../../test/fakes.ts'
import { createPictureJournal } from './picture-journal.ts'

const picture = 'cd'.repeat(32)
const event = { type: 'parking.help-requested', at: startTime, deviceId: 'lane-in' } as const

test('a picture is promised in the very commit that tells of it', async () => {
  const memory = memoryStore()
  const { store, queue } = createPictureJournal(memory.store)
  const promised: string[] = []
  queue.onPromised((sha256) => promised.push(sha256))
  const change = { cause: 'lane-in/1', events: [{ ...event, body: { eventId: '1', picture } }] }
  await store.commit(change)
  await store.commit(change)

  expect(memory.commits).toHaveLength(1)
  expect(promised).toEqual([picture])
  expect(await queue.pending()).toEqual([{ sha256: picture, since: startTime }])
  await queue.done(picture)
  expect(await queue.pending()).toEqual([])
})

test('the picture that a command brought is promised too', async () => {
  const { store, queue } = createPictureJournal(memoryStore().store)
  const body = { commandId: 'c', ok: true, data: { picture } }
  await store.commit({ events: [{ type: 'devices.command-result', at: startTime, deviceId: 'cam', body }] })
  expect(await queue.pending()).toHaveLength(1)
})

test('nothing else is taken for a picture', async () => {
  const { store, queue } = createPictureJournal(memoryStore().store)
  const body = { commandId: 'c', ok: true, data: { picture: '../../etc/passwd' } }
  await store.commit({ events: [{ type: 'devices.command-result', at: startTime, deviceId: 'cam', body }] })
  expect(await queue.pending()).toEqual([])
})
