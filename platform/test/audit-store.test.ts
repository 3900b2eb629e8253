import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createMetrics } from '../src/core/metrics.ts'
import type { AuditEntry } from '../src/core/ports.ts'
import { openDatabase, type Database } from '../src/database/database.ts'
import { startAnchoring } from '../src/modules/audit/anchoring.ts'
import { openAnchors, readAnchors } from '../src/modules/audit/anchors.ts'
import { createAuditTrail } from '../src/modules/audit/audit-trail.ts'
import { verifyDatabase } from '../src/modules/audit/verify-database.ts'
import { databases, usePostgres, type DatabaseKind } from './setup.ts'

const postgres = usePostgres()
const start = Date.parse('2026-06-01T09:00:00Z')
const logger = pino({ level: 'silent' })
const day = 86_400_000

/** The folder is laid out as the platform's, so that the tool finds everything. */
async function setup(kind: DatabaseKind) {
  const data = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'))
  const folder = join(data, 'platform')
  const url = await postgres(kind)
  const db = await openDatabase({ url, folder, onIdleError: () => undefined })
  const time = { now: start }
  const clock = { now: () => time.now }
  const trail = createAuditTrail({ db, clock, metrics: createMetrics(), logger })
  const anchors = await openAnchors(folder)
  const anchoring = await startAnchoring({ db, clock, anchors, logger })
  onTestFinished(async () => {
    await anchoring.stop()
    await trail.close()
    await db.destroy()
    await rm(data, { recursive: true })
  })
  const verify = (range = {}) => verifyDatabase({ db, readAnchors: () => readAnchors(folder) }, range)
  return { data, folder, url, db, time, trail, anchoring, verify }
}

const entry = (target: string): AuditEntry => ({ actor: 'li', action: 'getMedia', target, outcome: 'done' })

/** Four entries a day for three days; the last one of each day is anchored. */
async function fill({ trail, time, folder, db }: Awaited<ReturnType<typeof setup>>) {
  for (let days = 0; days < 3; days += 1) {
    for (let count = 0; count < 4; count += 1) await trail.append(entry(`p${days}${count}`))
    const { number, hash } = await db
      .selectFrom('audit_entries')
      .select(['number', 'hash'])
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow()
    const anchors = await openAnchors(folder)
    await anchors.append({ number, hash, at: time.now })
    time.now += day
  }
}

/** What somebody with the rights of the database's owner does first. */
async function unlock(db: Database, kind: DatabaseKind) {
  const triggers = kind === 'postgres' ? ['keep on audit_entries'] : ['no_update', 'no_delete', 'no_replace']
  for (const trigger of triggers) await sql.raw(`drop trigger audit_entries_${trigger}`).execute(db)
}

describeEach('the database itself refuses to change, remove or replace an entry', async (kind) => {
  const { db, trail, verify } = await setup(kind)
  for (const target of ['a', 'b', 'c']) await trail.append(entry(target))
  const statements = [
    `update audit_entries set actor = 'nobody' where number = 2`,
    `update audit_entries set number = 9 where number = 3`,
    'delete from audit_entries where number = 3',
    'delete from audit_entries',
    kind === 'postgres'
      ? 'truncate audit_entries'
      : 'insert or replace into audit_entries select * from audit_entries where number = 2',
  ]
  for (const statement of statements)
    await expect(sql.raw(statement).execute(db)).rejects.toThrow('never changed or removed')
  expect(await verify()).toMatchObject({ entries: 3, problems: [] })
})

describeEach(
  'two hundred entries at once become one chain without a gap, in the order of their coming',
  async (kind) => {
    const { db, trail, verify } = await setup(kind)
    const targets = Array.from({ length: 200 }, (_entry, index) => `t${index}`)
    await Promise.all(targets.map((target) => trail.append(entry(target))))
    expect(await verify()).toMatchObject({ entries: 200, problems: [] })
    const rows = await db.selectFrom('audit_entries').select('target').orderBy('number').execute()
    expect(rows.map(({ target }) => target)).toEqual(targets)
  },
)

describeEach('several processes write one chain', async (kind) => {
  const { folder, url, trail, verify } = await setup(kind)
  const writers = [0, 1].map(() =>
    spawn(process.execPath, [join(import.meta.dirname, 'audit-writer.ts'), folder, url ?? ''].filter(Boolean)),
  )
  const lines = writers.map(({ stdout }) => once(stdout, 'data'))
  await Promise.all(lines)
  for (let count = 0; count < 20; count += 1) await trail.append(entry(`own${count}`))
  await Promise.all(
    writers.map(async (writer) => {
      const ended = once(writer, 'exit')
      writer.kill('SIGKILL')
      await ended
    }),
  )
  const { entries, problems } = await verify()
  expect(problems.filter(({ what }) => what !== 'anchor')).toEqual([])
  expect(entries).toBeGreaterThanOrEqual(36)
})

describeEach('after kill -9 every entry that was acknowledged is there and the chain is whole', async (kind) => {
  const { folder, url, db, anchoring } = await setup(kind)
  await anchoring.stop()
  let acknowledged = 0
  for (let round = 0; round < 3; round += 1) {
    const args = [join(import.meta.dirname, 'audit-writer.ts'), folder, ...(url === undefined ? [] : [url])]
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(writer, 'exit')
    let told = 0
    for await (const line of createInterface({ input: writer.stdout })) {
      told = Number(line)
      if (told >= 40 + 16 * round) writer.kill('SIGKILL')
    }
    await ended
    acknowledged += told
  }
  const report = await verifyDatabase({ db, readAnchors: () => readAnchors(folder) })
  expect(report.problems).toEqual([])
  expect(report.entries).toBeGreaterThanOrEqual(acknowledged)
})

const tampering = [
  [
    'changed',
    `update audit_entries set reason = 'x' where number = 6`,
    { what: 'changed', number: 6, day: '2026-06-02' },
  ],
  ['removed', 'delete from audit_entries where number in (6, 7)', { what: 'removed', number: 6, until: 7 }],
  ['cut off', 'delete from audit_entries where number > 9', { what: 'cut-off', number: 10, until: 12 }],
  ['emptied', 'delete from audit_entries', { what: 'cut-off', number: 1, until: 12 }],
] as const

describeEach(
  'what somebody with all rights does to the entries is found, also by the tool, and named',
  async (kind) => {
    for (const [, statement, problem] of tampering) {
      const house = await setup(kind)
      await fill(house)
      expect((await house.verify()).problems).toEqual([])
      await unlock(house.db, kind)
      await sql.raw(statement).execute(house.db)
      const { problems } = await house.verify()
      expect(problems[0]).toMatchObject(problem)
      const { code, output } = await runTool(house)
      expect(code).toBe(1)
      expect(output).toContain(problems[0]?.message ?? '-')
    }
  },
)

describeEach('entries that changed places are found', async (kind) => {
  const house = await setup(kind)
  await fill(house)
  await unlock(house.db, kind)
  for (const [from, to] of [
    [6, 99],
    [10, 6],
    [99, 10],
  ])
    // prettier-ignore
    await sql`update audit_entries set number = ${to} where number = ${from}`.execute(house.db)
  const { problems } = await house.verify()
  expect(problems[0]).toMatchObject({ what: 'reordered', number: 6 })
})

async function runTool({ data, url }: { data: string; url: string | undefined }, args: readonly string[] = []) {
  const env = { ...process.env, GATEHOUSE_DATA: data, ...(url !== undefined && { DATABASE_URL: url }) }
  const tool = join(import.meta.dirname, '../src/audit-verify.main.ts')
  const run = promisify(execFile)(process.execPath, [tool, ...args], { env })
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, output: stdout + stderr }
    },
  )
}

describeEach('the tool says for each day what it found, and leaves an entry of its own', async (kind) => {
  const house = await setup(kind)
  await fill(house)
  const { code, output } = await runTool(house)
  expect(output.trimEnd().split('\n')).toEqual([
    '2026-06-01         4 entries  ok',
    '2026-06-02         4 entries  ok',
    '2026-06-03         4 entries  ok',
    'The chain is whole: 12 entries, 3 of them confirmed by anchors.',
  ])
  expect(code).toBe(0)
  const own = await house.db.selectFrom('audit_entries').selectAll().where('number', '=', 13).executeTakeFirst()
  expect(own).toMatchObject({ actor: 'system', action: 'audit.verify', outcome: 'done' })

  const part = await runTool(house, ['--from', '2026-06-02', '--to', '2026-06-02'])
  expect(part).toMatchObject({ code: 0, output: expect.stringContaining('The chain is whole: 4 entries, 1 of') })
  expect(await runTool(house, ['--from', 'yesterday'])).toMatchObject({ code: 2 })
})

test('the tool does not make a database where there is none', async () => {
  const data = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'))
  onTestFinished(() => rm(data, { recursive: true }))
  expect(await runTool({ data, url: undefined })).toMatchObject({
    code: 2,
    output: expect.stringContaining('There is no database'),
  })
})

test('anchors that were changed, taken out or moved are found; half a line after a crash is mended', async () => {
  const house = await setup('sqlite')
  await fill(house)
  const path = join(house.folder, 'audit-anchors.jsonl')
  const text = await readFile(path, 'utf8')
  const [first = '', second = '', third = ''] = text.trimEnd().split('\n')
  const problemsWith = async (lines: readonly string[]) => {
    await writeFile(path, lines.map((line) => `${line}\n`).join(''))
    return (await house.verify()).problems.map(({ what, number, message }) => [what, number, message])
  }
  const follows = /does not follow the anchor before it/
  expect(await problemsWith([first, second.replace('"number":8', '"number":9'), third])).toEqual([
    ['anchor', 2, expect.stringMatching(/no valid signature/)],
    ['anchor', 3, expect.stringMatching(follows)],
  ])
  expect(await problemsWith([first, third])).toEqual([['anchor', 2, expect.stringMatching(follows)]])
  expect(await problemsWith([first, 'nonsense', third])).toEqual([
    ['anchor', 2, expect.stringMatching(/is not an anchor/)],
    ['anchor', 3, expect.stringMatching(follows)],
  ])

  await writeFile(path, text)
  await appendFile(path, third.slice(0, 40))
  expect((await house.verify()).problems).toEqual([])
  const anchors = await openAnchors(house.folder)
  expect(anchors.last()).toMatchObject({ number: 12 })
  expect(await readFile(path, 'utf8')).toBe(text)
})

test('text that a database could not give back as it was is kept in a form that it can', async () => {
  const { trail, verify, db } = await setup('sqlite')
  const odd = 'a\0b\uD800c'
  await trail.append({
    actor: odd,
    action: 'x',
    target: odd,
    reason: odd.repeat(200),
    outcome: 'done',
    details: { odd },
  })
  expect(await verify()).toMatchObject({ entries: 1, problems: [] })
  const row = await db.selectFrom('audit_entries').selectAll().executeTakeFirstOrThrow()
  expect([row.actor, row.reason?.length]).toEqual(['a\uFFFDb\uFFFDc', 200])
})

/** The same test on both databases. */
function describeEach(name: string, body: (kind: DatabaseKind) => Promise<void>) {
  test.each(databases)(`${name} (%s)`, body)
}
