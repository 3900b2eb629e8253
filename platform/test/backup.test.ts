import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import Sqlite from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeBackup } from '../src/backup/backup.ts'
import { restoreBackup, type RestoreOptions } from '../src/backup/restore.ts'
import { migrationNames, openDatabase } from '../src/database/database.ts'
import { createOutbox, databases, furnish, setup, usePostgres, type DatabaseKind } from './setup.ts'

const databaseFor = usePostgres()
const run = promisify(execFile)
const passphrase = 'a passphrase that nobody guesses'

async function emptyFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-backup-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A platform at work, its data laid out as a server lays it out, and where backups go. */
async function start(kind: DatabaseKind = 'sqlite') {
  const databaseUrl = await databaseFor(kind)
  const data = await emptyFolder()
  const folder = join(data, 'platform')
  await mkdir(folder)
  const house = await setup({ databaseUrl, folder })
  await furnish(house)
  const outbox = createOutbox(house, 'gw-garden')
  const alarm = () =>
    outbox.record('access.door-alarm', { eventId: 'e', alarm: 'forced' }, { deviceId: 'barrier-garden' })
  await outbox.store(Array.from({ length: 50 }, alarm))
  const picture = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Buffer.from('picture')])
  const sha256 = createHash('sha256').update(picture).digest('hex')
  await mkdir(join(folder, 'media', sha256.slice(0, 2)), { recursive: true })
  await writeFile(join(folder, 'media', sha256.slice(0, 2), sha256), picture)
  await house.db
    .insertInto('media')
    .values({
      sha256,
      compound_id: 'garden',
      gateway_id: 'gw-garden',
      content_type: 'image/jpeg',
      bytes: 11,
      stored_at: 1,
    })
    .execute()
  await mkdir(join(folder, 'telemetry'), { recursive: true })
  const target = await emptyFolder()
  return {
    ...{ house, data, databaseUrl, target, sha256, picture },
    alarm,
    store: outbox.store,
    backup: (to: string, more: { passphrase?: string } = {}) =>
      makeBackup({ to: join(target, to), data, databaseUrl, version: '1.2.3', ...more }),
    restore: async (from: string, more: Partial<RestoreOptions> = {}) => {
      const empty = await emptyFolder()
      const options = { from: join(target, from), data: empty, force: false, migrations: migrationNames, ...more }
      return { ...(await restoreBackup(options)), data: options.data }
    },
  }
}

const tablesLeftOut = new Set(['sessions', 'desired_revisions', 'gateways'])

/** All rows of all tables, but those that a restore changes on purpose. */
async function rowsOf(options: { folder: string; url?: string | undefined }) {
  const db = await openDatabase({ ...options, onIdleError: () => undefined })
  try {
    const tables = (await db.introspection.getTables())
      .map(({ name }) => name)
      .filter((name) => !tablesLeftOut.has(name))
    const rows = await Promise.all(
      tables.sort().map(async (table) => {
        const list = await db
          .selectFrom(table as 'users')
          .selectAll()
          .execute()
        return [table, list.map((row) => JSON.stringify(row)).sort()] as const
      }),
    )
    return Object.fromEntries(rows)
  } finally {
    await db.destroy()
  }
}

describe.each(databases)('a backup on %s', (kind) => {
  test('restored in an empty place it is the same, row by row, with its pictures, telemetry and keys', async () => {
    const { house, data, databaseUrl, backup, restore, sha256, picture } = await start(kind)
    const telemetry = new Sqlite(join(data, 'platform/telemetry/raw-2099-06-01.sqlite'))
    onTestFinished(() => void telemetry.close())
    telemetry.pragma('journal_mode = WAL')
    telemetry.exec('CREATE TABLE points (value REAL); INSERT INTO points VALUES (21.5)')
    const before = await rowsOf({ folder: join(data, 'platform'), url: databaseUrl })
    const manifest = await backup('all.tar.gz')
    expect(manifest.platform).toMatchObject({ database: kind, counts: { area_events: 50 }, missingPictures: 0 })
    expect(manifest.platform?.gateways).toContainEqual({ id: 'gw-garden', epoch: 1, lastSeq: 50, backlog: 0 })

    const url = await databaseFor(kind, 'bare')
    const restored = await restore('all.tar.gz', { databaseUrl: url })
    const folder = join(restored.data, 'platform')
    expect(await rowsOf({ folder, url })).toEqual(before)
    expect(await readFile(join(folder, 'media', sha256.slice(0, 2), sha256))).toEqual(picture)
    expect(await readFile(join(folder, 'secrets.key'))).toEqual(await readFile(join(data, 'platform', 'secrets.key')))
    expect((await stat(join(folder, 'secrets.key'))).mode & 0o777).toBe(0o600)
    const copy = new Sqlite(join(folder, 'telemetry/raw-2099-06-01.sqlite'))
    onTestFinished(() => void copy.close())
    expect(copy.prepare('SELECT value FROM points').pluck().all()).toEqual([21.5])
    expect(house.folder).toBe(join(data, 'platform'))
  })

  test('made under load it holds one moment, with everything that was acknowledged before it began', async () => {
    const { databaseUrl, backup, restore, alarm, store } = await start(kind)
    let acknowledged = 50
    const load = { isOver: false }
    const working = (async () => {
      while (!load.isOver) {
        acknowledged = (await store(Array.from({ length: 20 }, alarm))).seq
        await delay(1) // an embedded database answers without giving others their turn
      }
    })()
    const before = acknowledged
    const manifest = await backup('load.tar.gz')
    load.isOver = true
    await working

    const gateway = manifest.platform?.gateways.find(({ id }) => id === 'gw-garden')
    expect(gateway?.lastSeq).toBeGreaterThanOrEqual(before)
    expect(manifest.platform?.counts['area_events']).toBe(gateway?.lastSeq)
    expect(databaseUrl === undefined).toBe(kind === 'sqlite')
    await restore('load.tar.gz', { databaseUrl: await databaseFor(kind, 'bare') })
  })
})

test('what stands in the way is refused, or moved aside and kept', async () => {
  const { backup, restore } = await start()
  await backup('all.tar.gz')
  const data = await emptyFolder()
  await mkdir(join(data, 'platform'))
  await writeFile(join(data, 'platform', 'note'), 'mine')
  await expect(restore('all.tar.gz', { data })).rejects.toMatchObject({ code: 'RESTORE_TARGET_NOT_EMPTY' })
  expect(await readdir(join(data, 'platform'))).toEqual(['note'])

  const { movedAside } = await restore('all.tar.gz', { data, force: true })
  expect(await readFile(join(movedAside[0] ?? '', 'note'), 'utf8')).toBe('mine')
  expect(await readdir(join(data, 'platform'))).toContain('platform.sqlite')
  expect((await readdir(data)).filter((name) => name.startsWith('.'))).toEqual([])
})

test('a PostgreSQL that is not empty is refused, or kept under another name', async () => {
  const { backup, restore } = await start('postgres')
  await backup('all.tar.gz')
  await expect(restore('all.tar.gz')).rejects.toMatchObject({ code: 'RESTORE_DATABASE_NEEDED' })
  const databaseUrl = await databaseFor('postgres', 'bare')
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query('CREATE TABLE mine (id integer)')
  await expect(restore('all.tar.gz', { databaseUrl })).rejects.toMatchObject({ code: 'RESTORE_TARGET_IN_USE' })
  await client.end()
  await expect(restore('all.tar.gz', { databaseUrl })).rejects.toMatchObject({ code: 'RESTORE_TARGET_NOT_EMPTY' })

  const { movedAside } = await restore('all.tar.gz', { databaseUrl, force: true })
  expect(movedAside).toEqual([expect.stringMatching(/^schema before_restore_/)])
})

test('nothing is restored under a platform that runs', async () => {
  const { data, backup, restore } = await start()
  await backup('all.tar.gz')
  await expect(restore('all.tar.gz', { data, force: true })).rejects.toMatchObject({ code: 'RESTORE_TARGET_IN_USE' })
})

test('an archive is for its owner only, opens with tar, and its manifest says what is in it', async () => {
  const { target, backup } = await start()
  const manifest = await backup('all.tar.gz')
  const path = join(target, 'all.tar.gz')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const { stdout } = await run('tar', ['-tzf', path])
  expect(stdout.trim().split('\n').sort()).toEqual(
    ['manifest.json', ...manifest.files.map(({ path: name }) => name)].sort(),
  )
  expect(await readdir(target), 'no copies are left behind').toEqual(['all.tar.gz'])
})

test('any byte that has changed, and any end that is missing, is noticed before anything is touched', async () => {
  const { target, backup, restore } = await start()
  await backup('plain.tar.gz')
  await backup('sealed.tar.gz', { passphrase })
  for (const name of ['plain.tar.gz', 'sealed.tar.gz']) {
    const sound = await readFile(join(target, name))
    const changes = [0.2, 0.5, 0.8].map((share) => {
      const bytes = Buffer.from(sound)
      const at = Math.floor(bytes.length * share)
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      return bytes
    })
    for (const bytes of [...changes, sound.subarray(0, -1), sound.subarray(0, sound.length / 2), Buffer.alloc(0)]) {
      await writeFile(join(target, 'changed.tar.gz'), bytes)
      const data = await emptyFolder()
      await expect(restore('changed.tar.gz', { data, passphrase })).rejects.toMatchObject({
        code: expect.stringMatching(/^BACKUP_/) as unknown,
      })
      expect(await readdir(data)).toEqual([])
    }
  }
})

test('a sealed archive opens with its passphrase only', async () => {
  const { target, backup, restore } = await start()
  await backup('sealed.tar.gz', { passphrase })
  expect((await readFile(join(target, 'sealed.tar.gz'))).includes('gw-garden')).toBe(false)
  for (const wrong of [undefined, 'another passphrase']) {
    await expect(restore('sealed.tar.gz', { passphrase: wrong })).rejects.toMatchObject({ code: 'BACKUP_PASSPHRASE' })
  }
  expect((await restore('sealed.tar.gz', { passphrase })).manifest.version).toBe('1.2.3')
})

test('a folder serves as well; a file that was changed, added or taken away in it is noticed', async () => {
  const { target, backup, restore } = await start()
  await backup('folder')
  const key = join(target, 'folder', 'platform', 'secrets.key')
  await restore('folder')
  const sound = await readFile(key)
  await writeFile(key, Buffer.alloc(32))
  await expect(restore('folder')).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
  await writeFile(key, sound)
  await writeFile(join(target, 'folder', 'platform', 'stranger'), '')
  await expect(restore('folder')).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
  await rm(join(target, 'folder', 'platform', 'stranger'))
  await rm(key)
  await expect(restore('folder')).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
})

test('a backup of a newer version is refused', async () => {
  const { backup, restore } = await start()
  await backup('all.tar.gz')
  await expect(restore('all.tar.gz', { migrations: ['0001-foundation'] })).rejects.toMatchObject({
    code: 'BACKUP_TOO_NEW',
  })
})

test('after a restore nobody is signed in, and every list has a number that no gateway has seen', async () => {
  const { house, backup, restore } = await start()
  await house.db
    .insertInto('desired_revisions')
    .values({ compound_id: 'garden', area: 'test', revision: 7, changed_at: 1 })
    .execute()
  await backup('all.tar.gz')
  const { data } = await restore('all.tar.gz')
  const db = new Sqlite(join(data, 'platform', 'platform.sqlite'))
  onTestFinished(() => void db.close())
  expect(db.prepare('SELECT count(*) FROM sessions').pluck().get()).toBe(0)
  expect(db.prepare("SELECT revision FROM desired_revisions WHERE area = 'test'").pluck().get()).toBe(1_000_007)
})

test('the commands say what they did, and what is wrong in words', async () => {
  const { data, target } = await start()
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const env = { PATH: process.env['PATH'], GATEHOUSE_DATA: data }
  const command = (name: string, ...args: string[]) =>
    run(process.execPath, [join(root, `platform/src/backup/${name}.main.ts`), ...args], { env })
  const file = join(target, 'by-hand.tar.gz')
  const { stdout } = await command('backup', '--to', file)
  expect(JSON.parse(stdout)).toMatchObject({ to: file, platform: { counts: { area_events: 50 } } })
  const restored = await command('restore', '--from', file, '--data', join(target, 'restored'))
  expect(JSON.parse(restored.stdout)).toMatchObject({ movedAside: [], platform: { counts: { area_events: 50 } } })
  await expect(command('restore', '--from', file, '--data', join(target, 'restored'))).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not empty') as unknown,
  })
  await expect(command('backup')).rejects.toMatchObject({ code: 2 })
})
