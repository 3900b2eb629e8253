import { sql } from 'kysely'
import { expect, test } from 'vitest'
import {
  endpoints,
  exportAuditEntries,
  getAuditVerification,
  getSession,
  listAuditEntries,
  listPassages,
  listPermits,
  runAuditVerification,
  type AuditLogEntry,
  type AuditPage,
  type Endpoint,
  type Role,
} from '../src/contract/index.ts'
import { entriesOf, startHouse } from './audit-setup.ts'
import { sampleCall } from './endpoint-sample.ts'
import { call, databases, usePostgres, type House } from './setup.ts'

const postgres = usePostgres()

const reader = { username: 'reader', role: 'admin', scope: '' } as const

/** Sessions by role; some calls end the session with which they are made. */
function createSessions({ house, as }: Awaited<ReturnType<typeof startHouse>>) {
  const cookies = new Map<Role, string>()
  return async function cookieOf(role: Role): Promise<string> {
    const cookie = cookies.get(role) ?? (await as(`${role}1`, role))
    cookies.set(role, cookie)
    if ((await call(house, getSession, { cookie })).status === 200) return cookie
    cookies.delete(role)
    return cookieOf(role)
  }
}

const acts = ({ audit }: Endpoint) => audit === 'change' || audit === 'command'

/** Outcomes of the entries of one call, oldest first, as its declaration and its answer promise them. */
function promised(endpoint: Endpoint, { status, body }: { status: number; body: unknown }): string[] {
  if (endpoint.audit === 'none') return []
  const isWaiting = status === 202 && JSON.stringify(body).includes('approvalId')
  const last = isWaiting ? 'asked' : status < 400 ? 'done' : status < 500 ? 'refused' : 'failed'
  return acts(endpoint) && endpoint.access !== 'public' ? ['asked', last] : [last]
}

test.each(databases)('every endpoint that is audited leaves its entries, and no other does (%s)', async (kind) => {
  const started = await startHouse(await postgres(kind))
  const { house, alertId } = started
  const cookieOf = createSessions(started)
  const known = {
    ...{ compoundId: 'garden', gatewayId: 'gw-garden', deviceId: 'barrier-garden', alertId, username: 'somebody' },
    ...{ scope: 'riverside/east/garden', role: 'guard', password: 'a long password', from: 1, to: 2, format: 'jsonl' },
  }
  const [left, expected]: [unknown[], unknown[]] = [[], []]
  // Signing in has a test of its own: it leaves entries under names that are not those of the caller.
  const called = Object.entries(endpoints).filter(([name, { access }]) => access !== 'gateway' && name !== 'signIn')
  for (const [action, endpoint] of called) {
    const role = typeof endpoint.access === 'object' ? (endpoint.access[0] ?? 'admin') : 'admin'
    const cookie = await cookieOf(role)
    const before = (await entriesOf(house)).at(-1)?.number ?? 0
    const answer = await call(house, endpoint, { ...sampleCall(endpoint, known), cookie })
    const { entries } = await house.services.auditLog.list(reader, { action, limit: 500 })
    const own = entries.filter(({ number }) => number > before).map(({ outcome }) => outcome)
    left.push([action, ...own.toReversed()])
    // Not understood means not carried out: then this test would show nothing.
    const isUnderstood = answer.status !== 400 || !acts(endpoint) || own.length === 2
    expected.push([action, ...(isUnderstood ? promised(endpoint, answer) : ['a call that is understood'])])
  }
  expect(left).toEqual(expected)
  expect(left.length).toBeGreaterThan(50)
})

test.each(databases)('the log is read inside the scope, with filters, page after page (%s)', async (kind) => {
  const { house, as } = await startHouse(await postgres(kind))
  const root = await as('root')
  const east = await as('east', 'supervisor', 'riverside/east')
  for (const compoundId of ['garden', 'lake', 'garden', 'lake', 'garden'])
    await call(house, listPermits, { params: { compoundId }, cookie: root })
  await call(house, listPassages, { querystring: {}, cookie: root })
  const read = async (cookie: string, querystring: object = {}) =>
    (await call(house, listAuditEntries, { querystring: querystring, cookie })).body as AuditPage

  const seenByEast = await read(east)
  expect(new Set(seenByEast.entries.map(({ compoundId }) => compoundId))).toEqual(new Set(['garden']))
  expect(seenByEast.entries).toHaveLength(3)

  const filters = { action: 'listPermits', actor: 'root', compoundId: 'garden', outcome: 'done' }
  const first = await read(root, { ...filters, limit: 2 })
  const second = await read(root, { ...filters, limit: 2, before: first.before })
  expect([...first.entries, ...second.entries].map(({ number }) => number)).toEqual(
    seenByEast.entries.map(({ number }) => number),
  )
  expect(second.before).toBeUndefined()
  expect((await read(root, { text: 'LISTPERM', target: 'lake' })).entries).toHaveLength(2)
  expect((await read(root, { text: '%' })).entries).toHaveLength(0)
  expect((await read(root, { from: house.time.now + 1, to: house.time.now + 2 })).entries).toHaveLength(0)
  expect((await read(root, { from: house.time.now, to: house.time.now })).entries.length).toBeGreaterThan(6)
  // Reading the log is a look itself.
  expect((await read(root, { action: 'listAuditEntries', actor: 'east' })).entries).toHaveLength(1)
})

test('the export is a file for spreadsheets in which no cell computes, or one object a line', async () => {
  const { house, as } = await startHouse()
  const cookie = await as('root')
  const headers = { 'x-reason': '=cmd|calc!A1' }
  await call(house, listPermits, { params: { compoundId: 'garden' }, cookie, headers })
  await call(house, listPermits, {
    params: { compoundId: 'garden' },
    cookie,
    headers: { 'x-reason': 'a "quoted", reason' },
  })
  const ask = (format: string, more: object = {}) =>
    house.app.inject({
      url: exportAuditEntries.url,
      query: { from: String(house.time.now - 1000), to: String(house.time.now), format, ...more },
      headers: { cookie },
    })
  const csv = await ask('csv')
  expect(csv.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="audit-2026-06-01-2026-06-01.csv"',
  })
  expect(csv.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
  expect(csv.body).toContain(`"'=cmd|calc!A1"`)
  expect(csv.body).toContain('"a ""quoted"", reason"')
  const lines = (await ask('jsonl', { action: 'listPermits' })).body.trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as AuditLogEntry).reason)).toEqual([
    '=cmd|calc!A1',
    'a "quoted", reason',
  ])
  const far = await ask('csv', { from: '0' })
  expect([far.statusCode, far.json().code]).toEqual([400, 'AUDIT_RANGE_TOO_LONG'])
  expect((await entriesOf(house, { action: 'exportAuditEntries' })).map(({ outcome }) => outcome)).toEqual([
    'done',
    'done',
    'refused',
  ])
})

test('a chain that is not whole is seen by administrators, with the entry only by those of everything', async () => {
  const { house, as } = await startHouse()
  const { services } = house
  const cookie = await as('root')
  const east = await as('east', 'admin', 'riverside/east')
  await call(house, listPermits, { params: { compoundId: 'garden' }, cookie })
  const verify = async (who: string) => {
    await call(house, runAuditVerification, { cookie: who })
    await services.auditVerification.close()
    return (await call(house, getAuditVerification, { cookie: who })).body
  }
  expect(await verify(cookie)).toMatchObject({ running: false, last: { problems: [], at: house.time.now } })
  await tamper(house)
  const problem = { what: 'changed', number: 3 }
  expect(await verify(cookie)).toMatchObject({ last: { problems: [{ ...problem, actor: 'mallory' }] } })
  const told = (await verify(east)) as { last: { problems: object[] } }
  expect(told.last.problems[0]).toMatchObject(problem)
  expect(told.last.problems[0]).not.toHaveProperty('actor')
  expect(services.auditVerification.isWhole()).toBe(false)
})

async function tamper({ db }: House) {
  await sql`drop trigger audit_entries_no_update`.execute(db)
  await sql`update audit_entries set actor = 'mallory' where number = 3`.execute(db)
}
