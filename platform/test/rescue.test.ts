import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import fc from 'fast-check'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase } from '../src/database/database.ts'
import type { Rescue } from '../src/database/rescue.ts'
import { startEmbeddedTelemetry } from '../src/modules/telemetry/store/embedded-telemetry.ts'
import { createOutbox, furnish, setup } from './setup.ts'

async function emptyFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-rescue-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The database of a platform that has stored 600 alarms of one gateway. */
async function filledDatabase() {
  const folder = await emptyFolder()
  const house = await setup()
  await furnish(house)
  const outbox = createOutbox(house, 'gw-garden')
  const alarm = () =>
    outbox.record('access.door-alarm', { eventId: 'e', alarm: 'forced' }, { deviceId: 'barrier-garden' })
  const records = Array.from({ length: 600 }, alarm)
  for (let from = 0; from < records.length; from += 200) await outbox.store(records.slice(from, from + 200))
  await copyFile(join(house.folder, 'platform.sqlite'), join(folder, 'platform.sqlite'))
  await copyFile(join(house.folder, 'platform.sqlite-wal'), join(folder, 'platform.sqlite-wal'))
  const db = await openDatabase({ folder, onIdleError: () => undefined })
  await db.destroy()
  return { path: join(folder, 'platform.sqlite'), folder, records }
}

/** Where rows of events stand in the file, in their order. */
function pagesOfEvents(path: string) {
  const db = new Sqlite(path, { readonly: true })
  const pages = db
    .prepare<[], { pgoffset: number; pgsize: number }>(
      "SELECT pgoffset, pgsize FROM dbstat WHERE name = 'area_events' AND pagetype = 'leaf' ORDER BY path",
    )
    .all()
  db.close()
  return pages
}

async function open(folder: string) {
  const rescues: Rescue[] = []
  const db = await openDatabase({ folder, onIdleError: () => undefined, onRescue: (rescue) => rescues.push(rescue) })
  onTestFinished(() => db.destroy())
  return { db, rescues }
}

test('a sound database is left alone', async () => {
  const { folder } = await filledDatabase()
  expect((await open(folder)).rescues).toEqual([])
})

test('of a damaged database what is beside the damage is saved, and gateways are asked for what is missing', async () => {
  const { path, folder } = await filledDatabase()
  const bytes = await readFile(path)
  const pages = pagesOfEvents(path)
  for (const { pgoffset: at, pgsize } of pages.slice(pages.length / 2, pages.length / 2 + 3))
    bytes.fill(0x5a, at, at + pgsize)
  await writeFile(path, bytes)

  const { db, rescues } = await open(folder)
  expect(rescues).toMatchObject([{ isIncomplete: true, rows: { compounds: 2, gateways: 2, devices: 2 } }])
  expect(await readFile(rescues[0]?.file ?? '')).toEqual(bytes)
  const stored = await db.selectFrom('area_events').select('seq').orderBy('seq').execute()
  const { last_seq: lastSeq } = await db
    .selectFrom('gateways')
    .select('last_seq')
    .where('id', '=', 'gw-garden')
    .executeTakeFirstOrThrow()
  const seqs = new Set(stored.map(({ seq }) => seq))
  const firstMissing = Array.from({ length: 601 }, (_, index) => index + 1).find((seq) => !seqs.has(seq))
  expect(lastSeq).toBe((firstMissing ?? 0) - 1)
})

test('whatever happens to the file, the platform opens it', { timeout: 60_000 }, async () => {
  const { path } = await filledDatabase()
  const sound = await readFile(path)
  const damage = fc.record({
    kind: fc.constantFrom('flip', 'zero', 'cut'),
    at: fc.nat(sound.length - 1),
  })
  const property = fc.asyncProperty(damage, async ({ kind, at }) => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-rescue-'))
    const bytes = Buffer.from(sound)
    if (kind === 'flip') bytes.writeUInt8(bytes.readUInt8(at) ^ 0x41, at)
    if (kind === 'zero') bytes.fill(0, at, Math.min(at + 4096, bytes.length))
    await writeFile(join(folder, 'platform.sqlite'), kind === 'cut' ? bytes.subarray(0, at) : bytes)
    const db = await openDatabase({ folder, onIdleError: () => undefined })
    await db.selectFrom('gateways').selectAll().execute()
    await db.destroy()
    await rm(folder, { recursive: true })
  })
  await fc.assert(property, { numRuns: 25, seed: 20_261_101 })
})

test('a damaged telemetry file is put aside, and telemetry goes on at once', async () => {
  const folder = await emptyFolder()
  const logger = pino({ level: 'silent' })
  const error = vi.spyOn(logger, 'error')
  const at = Date.now() - 60_000
  const write = (store: ReturnType<typeof startEmbeddedTelemetry>, value: number) =>
    store.write({
      gatewayId: 'gw-1',
      body: Buffer.from(`barrier,gateway=gw-1,device=lane-1 temperature=${value} ${at + value}`),
      gzip: false,
      precision: 'ms',
    })
  const before = startEmbeddedTelemetry({ folder, logger })
  await write(before, 1)
  await before.close()
  for (const name of await readdir(folder)) {
    if (name.endsWith('.sqlite')) await writeFile(join(folder, name), Buffer.alloc(8192, 0x11))
  }

  const store = startEmbeddedTelemetry({ folder, logger })
  onTestFinished(() => store.close())
  expect(await write(store, 2)).toMatchObject({ stored: 1, problems: [] })
  expect(error).toHaveBeenCalledWith(expect.objectContaining({ isIncomplete: true }), expect.any(String))
  expect((await readdir(folder)).some((name) => name.includes('.damaged-'))).toBe(true)
})
