import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openSqliteStore } from '../src/adapters/sqlite-store/sqlite-store.ts'
import { writeUntilKilled } from './crash.ts'
import { temporaryFolder } from './temporary-folder.ts'

async function setup(folder?: string) {
  const path = join(folder ?? (await temporaryFolder()), 'data', 'gateway.db')
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const open = async () => {
    const store = await openSqliteStore(path, logger)
    onTestFinished(() => store.close())
    return store
  }
  return { path, logger, open, store: await open() }
}

const cleared = (eventId: string) =>
  ({ type: 'sensors.alarm-cleared', at: 1000, deviceId: 'smoke-1', body: { eventId, alarm: 'smoke' } }) as const
const raised = (eventId: string) =>
  ({
    type: 'sensors.alarm-raised',
    at: 2000,
    late: true,
    body: { eventId, alarm: 'smoke', severity: 'critical' },
  }) as const

test('state and events of one change are kept together and survive a restart', async () => {
  const { store, open } = await setup()

  const committed = await store.commit({
    state: [
      { area: 'parking', key: 'a', value: { plate: '京A12345', list: [1, 'x', null] } },
      { area: 'parking', key: 'b', value: 2 },
      { area: 'access', key: 'a', value: 'other' },
    ],
    events: [cleared('e1'), raised('e2')],
  })
  expect(committed).toEqual({ duplicate: false, seqs: [1, 2] })
  await store.commit({ state: [{ area: 'parking', key: 'b', value: undefined }] })
  await store.close()

  const again = await open()
  expect(await again.entries('parking')).toEqual(new Map([['a', { plate: '京A12345', list: [1, 'x', null] }]]))
  expect(await again.outbox.after(0, 10)).toEqual([
    { seq: 1, ...cleared('e1') },
    { seq: 2, ...raised('e2') },
  ])
})

test('the same cause counts once', async () => {
  const { store, open } = await setup()
  const change = (value: number) => ({
    cause: 'lane-1/e1',
    state: [{ area: 'parking', key: 'count', value }],
    events: [cleared('e1')],
  })

  expect(await store.commit(change(1))).toEqual({ duplicate: false, seqs: [1] })
  expect(await store.commit(change(2))).toEqual({ duplicate: true, seqs: [] })
  await store.close()
  const again = await open()
  expect(await again.commit(change(3))).toEqual({ duplicate: true, seqs: [] })
  expect(await again.entries('parking')).toEqual(new Map([['count', 1]]))
})

test('what came in before the clock was set ahead still counts once', async () => {
  const { store } = await setup()
  vi.useFakeTimers({ toFake: ['Date'], now: 0 }) // as after a power cut, with an empty battery
  onTestFinished(() => void vi.useRealTimers())
  await store.commit({ cause: 'lane-1/e1', events: [cleared('e1')] })
  vi.useRealTimers()
  for (let group = 0; group < 200; group += 1) await store.commit({ cause: `lane-1/later-${group}` })

  expect(await store.commit({ cause: 'lane-1/e1', events: [cleared('e1')] })).toMatchObject({ duplicate: true })
})

test('of changes that come together one that fails is undone alone', async () => {
  const { store } = await setup()
  const bad = { ...cleared('bad'), at: Number.NaN } // a time that cannot be stored

  const results = await Promise.allSettled([
    store.commit({ cause: 'first', events: [cleared('first')] }),
    store.commit({ cause: 'bad', state: [{ area: 'x', key: 'bad', value: 1 }], events: [cleared('half'), bad] }),
    store.commit({ cause: 'last', events: [cleared('last')] }),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(results[1]).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE' } })
  expect(await store.entries('x')).toEqual(new Map())
  expect((await store.outbox.after(0, 10)).map(({ seq, body }) => [seq, body.eventId])).toEqual([
    [1, 'first'],
    [2, 'last'],
  ])
  expect(await store.commit({ cause: 'bad', events: [cleared('bad')] })).toEqual({ duplicate: false, seqs: [3] })
})

test('outbox numbers are never used again, not even after everything was forgotten', async () => {
  const { store, open } = await setup()
  await store.commit({ events: Array.from({ length: 5000 }, (_, i) => cleared(String(i))) })
  expect(await store.outbox.status()).toMatchObject({ lastSeq: 5000, backlog: 5000 })

  await store.outbox.forget(4990)
  expect(await store.outbox.status()).toMatchObject({ lastSeq: 5000, backlog: 10 })
  expect(await store.outbox.after(0, 3)).toMatchObject([{ seq: 4991 }, { seq: 4992 }, { seq: 4993 }])
  await store.outbox.forget(6000)
  await store.close()

  const again = await open()
  expect(await again.outbox.status()).toMatchObject({ lastSeq: 5000, backlog: 0 })
  expect(await again.commit({ events: [cleared('new')] })).toEqual({ duplicate: false, seqs: [5001] })
})

test('the outbox can be asked for some types only', async () => {
  const { store } = await setup()
  await store.commit({ events: [cleared('1'), raised('2'), cleared('3'), raised('4')] })

  const records = await store.outbox.after(2, 10, new Set(['sensors.alarm-raised', 'access.stranger']))
  expect(records.map(({ seq }) => seq)).toEqual([4])
})

test('a long list is read page by page, and what is committed meanwhile does not wait for its end', async () => {
  const { store } = await setup()
  const entries = Array.from({ length: 10_001 }, (_, n) => [`key ${n}`, { n }] as const)
  await store.commit({ state: entries.map(([key, value]) => ({ area: 'long', key, value })) })
  await store.commit({ state: [{ area: 'longer', key: 'other', value: 1 }] })

  const ended: string[] = []
  const read = store.entries('long').then((list) => {
    ended.push('read')
    return list
  })
  await store.commit({ events: [cleared('1')] }).then(() => ended.push('committed'))
  expect(await read).toEqual(new Map(entries))
  expect(ended).toEqual(['committed', 'read'])
})

test('whoever listens hears of new records, and of nothing else', async () => {
  const { store } = await setup()
  const listener = vi.fn()
  const stop = store.outbox.onAdded(listener)

  await store.commit({ state: [{ area: 'x', key: 'y', value: 1 }] })
  expect(listener).not.toHaveBeenCalled()
  await store.commit({ events: [cleared('1')] })
  expect(listener).toHaveBeenCalledTimes(1)
  stop()
  await store.commit({ events: [cleared('2')] })
  expect(listener).toHaveBeenCalledTimes(1)
})

test('a damaged database is put aside and its numbers are not given again', async () => {
  const { path, store, open, logger } = await setup()
  await store.commit({ events: Array.from({ length: 2000 }, (_, i) => cleared(String(i))) })
  await store.close()
  const damaged = Buffer.from(await readFile(path))
  damaged.fill(0x5a, 4096, 12_288)
  await writeFile(path, damaged)

  const again = await open()
  expect(logger.error).toHaveBeenCalledTimes(1)
  const { seqs } = await again.commit({ events: [cleared('new')] })
  expect(seqs[0]).toBeGreaterThan(2000)
  const kept = (await readdir(join(path, '..'))).filter((name) => name.includes('.damaged-'))
  expect(kept).toHaveLength(1)
  expect(await readFile(join(path, '..', kept[0] ?? ''))).toEqual(damaged)
})

test('a file that is no database is put aside too', async () => {
  const { path, store, open, logger } = await setup()
  await store.close()
  await truncate(path, 0)
  await writeFile(path, 'not a database, but somebody may still need it'.repeat(100))

  const again = await open()
  await again.commit({ events: [cleared('1')] })
  expect(logger.error).toHaveBeenCalledTimes(1)
})

test('a second gateway cannot open the same database', async () => {
  const { open } = await setup()

  await expect(open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
}, 15_000)

test('a closed store refuses instead of forgetting', async () => {
  const { store } = await setup()
  const last = store.commit({ events: [cleared('1')] })
  await store.close()

  expect(await last).toMatchObject({ seqs: [1] })
  await expect(store.commit({ events: [cleared('2')] })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})

test('after kill -9 every acknowledged change is there, whole and in order', async () => {
  const folder = await temporaryFolder()
  const acknowledged: number[] = []
  for (let round = 0; round < 3; round++) {
    acknowledged.push(...(await writeUntilKilled(['store', folder, String(round * 1e6)], 300)))
  }
  expect((await stat(join(folder, 'gateway.db'))).size).toBeGreaterThan(0)

  const store = await openSqliteStore(join(folder, 'gateway.db'), console)
  onTestFinished(() => store.close())
  const state = await store.entries('parking')
  const records = await store.outbox.after(0, 1e6)
  const told = new Set(records.map(({ at }) => at))
  expect(acknowledged.length).toBeGreaterThan(900)
  expect(acknowledged.filter((number) => !state.has(String(number)) || !told.has(number))).toEqual([])
  expect(told.size).toBe(records.length)
  expect(records.length).toBe(state.size)
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1))
  expect(await store.commit({ cause: `lane-1/${String(acknowledged[0])}` })).toMatchObject({ duplicate: true })
})
