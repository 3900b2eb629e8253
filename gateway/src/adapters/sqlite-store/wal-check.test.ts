import Database from 'better-sqlite3'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { inspectWal } from './wal-check.ts'

const pageBytes = 4096
const frameBytes = 24 + pageBytes

/** A database as a crash leaves it: with a log that was written over an earlier, longer one. */
function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'wal-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'live.db')
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('wal_autocheckpoint = 0')
  db.exec('CREATE TABLE numbers (number INTEGER, text TEXT)')
  const insert = db.prepare('INSERT INTO numbers VALUES (?, ?)')
  const add = (count: number) => {
    for (let number = 0; number < count; number += 1) insert.run(number, 'x'.repeat(200))
  }
  add(60)
  db.pragma('wal_checkpoint(RESTART)')
  add(20)
  const wal = join(folder, 'crashed.db-wal')
  copyFileSync(`${path}-wal`, wal)
  copyFileSync(path, join(folder, 'crashed.db'))
  db.close()
  const change = (edit: (bytes: Buffer) => void) => {
    const bytes = readFileSync(wal)
    edit(bytes)
    writeFileSync(wal, bytes)
  }
  const salts = readFileSync(wal).subarray(16, 24)
  /** Where the frames of the present log end. */
  const end = () => {
    const bytes = readFileSync(wal)
    let frame = 32
    while (frame + frameBytes <= bytes.length && bytes.subarray(frame + 8, frame + 16).equals(salts))
      frame += frameBytes
    return frame
  }
  const readable = () => {
    const crashed = new Database(join(folder, 'crashed.db'))
    const count = crashed.prepare('SELECT count(*) FROM numbers').pluck().get()
    crashed.close()
    return count
  }
  return { wal, change, end, salts, readable }
}

test('a log that was left behind whole is sound, and so is none', () => {
  const { wal, readable } = setup()
  expect(inspectWal(wal)).toBe('sound')
  expect(inspectWal(`${wal}.absent`)).toBe('sound')
  expect(readable()).toBe(80)
})

test('a last write that is not whole is torn', () => {
  const { wal, change, end, salts } = setup()
  const place = end()
  change((bytes) => {
    bytes.fill(7, place, place + 500)
    salts.copy(bytes, place + 8)
  })
  expect(inspectWal(wal)).toBe('torn')
})

test('a log that was cut off within its last write is torn', () => {
  const { wal, end, readable } = setup()
  truncateSync(wal, end() - 100)
  expect(inspectWal(wal)).toBe('torn')
  expect(readable()).toBe(79)
})

test.each([
  ['its header', 10],
  ['a page in its midst', 32 + 2 * frameBytes + 1000],
  ['the header of a frame', 32 + 2 * frameBytes + 10],
])('with a changed bit in %s it is damaged, which SQLite does not tell', (_where, place) => {
  const { wal, change, readable } = setup()
  change((bytes) => {
    bytes[place] = (bytes[place] ?? 0) ^ 4
  })
  expect(inspectWal(wal)).toBe('damaged')
  expect(readable()).toBeLessThan(79)
})

test('what is left of an earlier log behind the present one says nothing', () => {
  const { wal, change, end } = setup()
  const place = end() + 2000
  change((bytes) => {
    bytes[place] = (bytes[place] ?? 0) ^ 4
  })
  expect(inspectWal(wal)).toBe('sound')
})

test('a log of a few bytes is torn', () => {
  const { wal } = setup()
  writeFileSync(wal, Buffer.alloc(20))
  expect(inspectWal(wal)).toBe('torn')
})
