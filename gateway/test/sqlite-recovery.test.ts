import Database from 'better-sqlite3'
import fc from 'fast-check'
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createGroupRunner } from '../src/adapters/sqlite-store/operations.ts'
import { openDatabase } from '../src/adapters/sqlite-store/database.ts'
import type { StoreRequest } from '../src/adapters/sqlite-store/requests.ts'
import { openSqliteStore, type SqliteStoreOptions } from '../src/adapters/sqlite-store/sqlite-store.ts'
import type { Repair, StateStore } from '../src/core/ports.ts'
import { silentLogger } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

const cleared = (eventId: string) =>
  ({ type: 'sensors.alarm-cleared', at: 1000, deviceId: 'smoke-1', body: { eventId, alarm: 'smoke' } }) as const
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

async function open(path: string, options: SqliteStoreOptions = {}): Promise<StateStore> {
  const store = await openSqliteStore(path, silentLogger, options)
  onTestFinished(() => store.close())
  return store
}

/** A closed database with 3000 events and as many entries of state. */
async function filledDatabase() {
  const path = join(await temporaryFolder(), 'state.db')
  const store = await open(path)
  await store.commit({ state: [{ area: 'desired', key: 'parking', value: 7 }] })
  for (const block of range(30)) {
    const names = range(100).map((index) => String(block * 100 + index))
    await store.commit({
      state: names.map((key) => ({ area: `area-${block % 3}`, key, value: { key, text: 'x'.repeat(40) } })),
      events: names.map(cleared),
    })
  }
  const { outboxId } = await store.outbox.status()
  await store.outbox.acknowledge(1000)
  await store.close()
  return { path, outboxId }
}

test('a thread that is killed again and again costs nobody an answer, and nothing is stored twice', async () => {
  const path = join(await temporaryFolder(), 'state.db')
  const threads: { terminate(): Promise<unknown> }[] = []
  const store = await open(path, { onThread: (thread) => threads.push(thread) })
  const seqs: number[] = []
  let isDone = false
  const writers = range(8).map(async (writer) => {
    for (let number = 0; !isDone; number += 1) {
      const { seqs: given, duplicate } = await store.commit({
        cause: `${writer}/${number}`,
        state: [{ area: 'count', key: String(writer), value: number }],
        events: [cleared(`${writer}/${number}`)],
      })
      expect(duplicate).toBe(false)
      seqs.push(...given)
    }
  })
  for (const kill of range(6)) {
    // Enough since the last one for every group to be answered: one that costs two threads their life is given up.
    const before = seqs.length
    await vi.waitFor(() => expect(seqs.length).toBeGreaterThan(before + kill * 20), { timeout: 10_000 })
    await threads.at(-1)?.terminate()
    await vi.waitFor(() => expect(threads).toHaveLength(kill + 2), { timeout: 10_000 })
  }
  isDone = true
  await Promise.all(writers)

  const records = await store.outbox.after(0, 1e6)
  expect(records.map(({ seq }) => seq)).toEqual(range(seqs.length).map((index) => index + 1))
  expect(new Set(seqs).size).toBe(seqs.length)
  expect(new Set(records.map(({ body }) => body['eventId'])).size).toBe(records.length)
})

test('a group that was committed but never answered is answered from what it left, not carried out again', async () => {
  const { db } = openDatabase(join(await temporaryFolder(), 'state.db'), Date.now())
  onTestFinished(() => void db.close())
  const event = ['sensors.alarm-cleared', 1, null, 0, '{}'] as const
  const commit = (cause: string): StoreRequest => ({ kind: 'commit', now: 1, cause, state: [], events: [event] })
  const broken: StoreRequest = { ...commit('c'), kind: 'commit', events: [['x', Number.NaN, null, 0, '{}']] } as never
  const group = { id: 'boot/1', requests: [commit('a'), commit('b'), broken, { kind: 'status' } as const] }
  const first = createGroupRunner(db)(group)
  expect(first.map(({ ok }) => ok)).toEqual([true, true, false, true])

  const again = createGroupRunner(db)(group)
  expect(again.slice(0, 2)).toEqual(first.slice(0, 2))
  expect(again.map(({ ok }) => ok)).toEqual([true, true, false, true])
  expect(again[3]).toMatchObject({ answer: { lastSeq: 2, backlog: 2 } })
  expect(createGroupRunner(db)({ ...group, id: 'boot/2' })[0]).toMatchObject({ answer: { duplicate: true } })
})

test('while no thread can be started requests wait, and are refused in the end', { timeout: 30_000 }, async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'state.db')
  const threads: { terminate(): Promise<unknown> }[] = []
  const watch = { up: vi.fn(), down: vi.fn(), stopped: vi.fn() }
  const store = await open(path, { onThread: (thread) => threads.push(thread), watch })
  await store.commit({ events: [cleared('1')] })
  await threads[0]?.terminate()
  const blocker = new Database(path)
  blocker.pragma('locking_mode = EXCLUSIVE')
  blocker.exec('BEGIN EXCLUSIVE')
  onTestFinished(() => void blocker.close())

  await expect(store.commit({ events: [cleared('2')] })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(watch.down).toHaveBeenCalled()
  blocker.close()
  await vi.waitFor(() => expect(threads.length).toBeGreaterThan(1), { timeout: 15_000 })
  expect(await store.commit({ events: [cleared('3')] })).toMatchObject({ seqs: [2] })
})

test('of a damaged database everything beside the damage is saved, and the numbers get a new meaning', async () => {
  const { path, outboxId } = await filledDatabase()
  const bytes = await readFile(path)
  bytes.fill(0x5a, 4096 * 40, 4096 * 42)
  await writeFile(path, bytes)

  const repairs: Repair[] = []
  const store = await open(path, { onRepair: (repair) => repairs.push(repair) })
  expect(repairs).toMatchObject([{ what: 'database', isIncomplete: true }])
  const saved = await store.outbox.after(0, 1e6)
  const areas = await Promise.all(range(3).map((index) => store.entries(`area-${index}`)))
  const entries = areas.reduce((sum, { size }) => sum + size, 0)
  expect(saved.length + entries).toBeGreaterThan(5700)
  expect(await store.entries('desired'), 'lists are fetched anew').toEqual(new Map())
  const status = await store.outbox.status()
  expect(status).toMatchObject({ lastSeq: 3000, backlog: 2000, earlier: [{ outboxId, lastSeq: 3000 }] })
  expect(status.outboxId).not.toBe(outboxId)
  expect(await store.commit({ events: [cleared('new')] })).toMatchObject({ seqs: [3001] })
})

test('a file format that nobody knows is damage, and what can be read is saved', async () => {
  const { path } = await filledDatabase()
  const bytes = await readFile(path)
  bytes.fill(0x77, 44, 48)
  await writeFile(path, bytes)

  const repairs: Repair[] = []
  const store = await open(path, { onRepair: (repair) => repairs.push(repair) })
  expect(repairs).toMatchObject([{ what: 'database', isIncomplete: true }])
  expect(await store.commit({ events: [cleared('new')] })).toMatchObject({ duplicate: false })
})

test('with nothing readable left the outbox begins anew under another name', async () => {
  const { path, outboxId } = await filledDatabase()
  await writeFile(path, Buffer.alloc(8192, 0x11))

  const store = await open(path)
  const status = await store.outbox.status()
  expect(status).toMatchObject({ lastSeq: 0, backlog: 0, earlier: [{ outboxId, lastSeq: 0 }] })
  expect(status.outboxId).not.toBe(outboxId)
})

test('numbers that mean something else at the platform are told apart, and what waits keeps them', async () => {
  const { path, outboxId } = await filledDatabase()
  const store = await open(path)
  await store.commit({ events: [cleared('new')] })
  expect(await store.outbox.status()).toMatchObject({ lastSeq: 3001, openedAt: 3000, outboxId })

  await store.outbox.branch(3000)
  const status = await store.outbox.status()
  expect(status).toMatchObject({ lastSeq: 3001, backlog: 2001, earlier: [{ outboxId, lastSeq: 3000 }] })
  expect(status.outboxId).not.toBe(outboxId)
  expect(await store.outbox.after(3000, 10)).toMatchObject([{ seq: 3001, body: { eventId: 'new' } }])
  await store.close()
  expect(await (await open(path)).outbox.status()).toMatchObject({ outboxId: status.outboxId, openedAt: 3001 })
})

test.each([
  ['', () => undefined],
  [', with a log that is no more to be read', (path: string) => writeFile(`${path}-wal`, Buffer.alloc(4096, 0xa5))],
  [
    ', and is damaged',
    async (path: string) => {
      const bytes = await readFile(path)
      await writeFile(path, bytes.fill(0x5a, 4096 * 40, 4096 * 42))
    },
  ],
])(
  'a database that falls back behind a change of identity%s shares with the later one what that took over',
  async (...[, spoil]) => {
    const { path, outboxId } = await filledDatabase()
    const older = await readFile(path)
    const store = await open(path)
    await store.outbox.branch(2500)
    const { outboxId: laterId } = await store.outbox.status()
    await store.close()
    await writeFile(path, older)
    await spoil(path)

    const status = await (await open(path)).outbox.status()
    expect([outboxId, laterId]).not.toContain(status.outboxId)
    expect(status).toMatchObject({
      openedAt: 3000,
      earlier: [
        { outboxId: laterId, lastSeq: 3000 },
        { outboxId, lastSeq: 2500 },
      ],
    })
  },
)

test('bits that a disk has flipped within texts are put aside, and everything else can be read', async () => {
  const { path } = await filledDatabase()
  const db = new Database(path)
  db.prepare("UPDATE state SET value = '{\"key\"' WHERE area = 'area-1' AND key = '110'").run()
  db.prepare("UPDATE outbox SET body = 'x' WHERE seq = 1500").run()
  db.prepare("UPDATE outbox SET type = 'Sensors.alarm' WHERE seq = 1600").run()
  db.prepare("UPDATE outbox SET device = 'A' WHERE seq = 1700").run()
  db.close()

  const repairs: Repair[] = []
  const store = await open(path, { onRepair: (repair) => repairs.push(repair) })
  const sizes = await Promise.all(range(3).map(async (index) => (await store.entries(`area-${index}`)).size))
  expect(sizes).toEqual([1000, 999, 1000])
  const records = await store.outbox.after(1000, 1e6)
  expect(records).toHaveLength(2000)
  const damaged = records.filter(({ type }) => type === 'devices.record-damaged')
  expect(damaged.map(({ seq, body }) => [seq, body])).toEqual([1500, 1600, 1700].map((seq) => [seq, {}]))
  expect(await store.entries('desired')).toEqual(new Map())
  expect(repairs.length).toBeGreaterThan(0)
})

test('whatever happens to the file, the store opens, says so, and takes new events', { timeout: 120_000 }, async () => {
  const { path } = await filledDatabase()
  const sound = await readFile(path)
  const damage = fc.oneof(
    fc.record({ kind: fc.constant('flip'), at: fc.nat(sound.length - 1), length: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant('zero'), at: fc.nat(sound.length - 1), length: fc.constant(4096) }),
    fc.record({ kind: fc.constant('cut'), at: fc.nat(sound.length - 1), length: fc.constant(0) }),
  )
  const property = fc.asyncProperty(damage, async ({ kind, at, length }) => {
    const folder = await temporaryFolder()
    const copy = join(folder, 'state.db')
    const bytes = Buffer.from(sound)
    for (let index = at; index < Math.min(at + length, bytes.length); index += 1) {
      bytes[index] = kind === 'flip' ? (bytes[index] ?? 0) ^ 0x41 : 0
    }
    await writeFile(copy, kind === 'cut' ? bytes.subarray(0, at) : bytes)
    await copyFile(`${path}.id`, `${copy}.id`)

    const store = await openSqliteStore(copy, silentLogger)
    const before = await store.outbox.status()
    for (const area of ['area-0', 'area-1', 'area-2', 'desired']) await store.entries(area)
    const records = await store.outbox.after(0, 1e6)
    expect(new Set(records.map(({ seq }) => seq)).size).toBe(records.length)
    const { seqs } = await store.commit({ cause: 'new', events: [cleared('new')] })
    expect(seqs).toEqual([before.lastSeq + 1])
    expect(Math.max(0, ...records.map(({ seq }) => seq))).toBeLessThanOrEqual(before.lastSeq)
    await store.close()
    const kept = (await readdir(folder)).filter((name) => /\.damaged-\d+$/.test(name))
    for (const name of kept)
      expect((await readFile(join(folder, name))).length).toBe(kind === 'cut' ? at : sound.length)
    await rm(folder, { recursive: true })
  })
  await fc.assert(property, { numRuns: 25, seed: 20_261_101 })
})

test('what the platform has is kept for a while, given again when it asks, and counts as told', async () => {
  const path = join(await temporaryFolder(), 'state.db')
  const store = await open(path)
  await store.commit({ events: range(10).map((number) => cleared(String(number))) })
  expect(await store.outbox.acknowledge(8)).toEqual({ before: 0 })
  expect(await store.outbox.status()).toMatchObject({ lastSeq: 10, backlog: 2 })

  // A platform restored from a backup knows less than before.
  expect(await store.outbox.acknowledge(3)).toEqual({ before: 8 })
  expect(await store.outbox.status()).toMatchObject({ backlog: 7 })
  expect((await store.outbox.after(3, 100)).map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9, 10])
  expect(await store.outbox.oldestAt()).toBeGreaterThan(Date.now() - 60_000)
  await store.outbox.acknowledge(10)
  expect(await store.outbox.oldestAt()).toBeUndefined()
})

test('what the platform has had for a week is deleted, what it does not have is not', async () => {
  const path = join(await temporaryFolder(), 'state.db')
  const before = await open(path)
  await before.commit({ events: range(10).map((number) => cleared(String(number))) })
  await before.close()
  const db = new Database(path)
  db.prepare('UPDATE outbox SET added = added - ?').run(8 * 24 * 3_600_000)
  db.close()

  const store = await open(path)
  await store.outbox.acknowledge(4)
  expect((await store.outbox.after(0, 100)).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10])
})
