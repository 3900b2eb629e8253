import { describe, expect, test } from 'vitest'
import {
  approveRequest,
  beginTotp,
  confirmTotp,
  declineRequest,
  getSession,
  listApprovals,
  listUsers,
  putUser,
  resetTotp,
  signIn,
  type Approval,
  type InputOf,
} from '../src/contract/index.ts'
import { TOTP } from 'otpauth'
import { call, databases, password, setup, signInAs, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const hours = 3600_000
const admin = (username: string, scope = '') => ({ username, role: 'admin', scope }) as const
const reason = 'takes over from Li in June'

type PutBody = InputOf<typeof putUser>['body']
const put = (house: House, cookie: string, { username, ...body }: Partial<PutBody> & { username: string }) =>
  call(house, putUser, {
    cookie,
    params: { username },
    body: { name: username, role: 'admin', scope: '', reason, ...body },
  })
const listOf = async (house: House, cookie: string) => (await call(house, listApprovals, { cookie })).body as Approval[]
const approve = (house: House, cookie: string, { id, hash }: Pick<Approval, 'id' | 'hash'>) =>
  call(house, approveRequest, { cookie, params: { approvalId: id }, body: { hash, reason: 'asked him in person' } })
const decline = (house: House, cookie: string, { id }: Pick<Approval, 'id'>) =>
  call(house, declineRequest, { cookie, params: { approvalId: id }, body: { reason: 'not agreed' } })
const usernames = async (house: House, cookie: string) =>
  ((await call(house, listUsers, { cookie })).body as { username: string; role: string }[]).map(
    ({ username, role }) => `${username} ${role}`,
  )
const enter = (house: House, username: string, given: string) =>
  call(house, signIn, { body: { username, password: given } })

describe.each(databases)('second persons on %s', (kind) => {
  const start = async () => {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    return {
      house,
      first: await signInAs(house, admin('first')),
      second: await signInAs(house, admin('second')),
    }
  }
  const ask = async (house: House, first: string) => {
    const asked = await put(house, first, { username: 'third', password: 'given by the first one' })
    expect(asked).toMatchObject({ status: 202, body: { approvalId: expect.any(String) as string } })
    const [approval] = await listOf(house, first)
    if (!approval) throw new Error('nothing waits')
    return approval
  }

  test('nobody makes an administrator alone; when the second person agrees, it is done once', async () => {
    const { house, first, second } = await start()
    const asked = await ask(house, first)
    expect(await usernames(house, first)).toEqual(['first admin', 'second admin'])
    const [seen] = await listOf(house, second)
    expect(seen).toMatchObject({
      ...{ id: asked.id, action: 'putUser', target: 'third', scope: '', reason, requestedBy: 'first' },
      facts: { name: 'third', role: 'admin', scope: '', changes: 'new' },
      ...{ state: 'waiting', mayApprove: true, expiresAt: house.time.now + 24 * hours },
    })
    expect(asked.mayApprove).toBe(false)
    const both = await Promise.all([approve(house, second, asked), approve(house, second, asked)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(both.find(({ status }) => status === 200)).toMatchObject({
      body: { state: 'done', decidedBy: 'second', decisionReason: 'asked him in person' },
    })
    expect(await usernames(house, first)).toEqual(['first admin', 'second admin', 'third admin'])
    expect(await enter(house, 'third', 'given by the first one')).toMatchObject({ body: { duty: 'change-password' } })
  })

  test('nobody agrees to their own request; they can withdraw it', async () => {
    const { house, first, second } = await start()
    const asked = await ask(house, first)
    expect(await approve(house, first, asked)).toMatchObject({ status: 403, body: { code: 'OWN_REQUEST' } })
    expect(await decline(house, first, asked)).toMatchObject({ status: 200, body: { state: 'withdrawn' } })
    expect(await approve(house, second, asked)).toMatchObject({ status: 409, body: { code: 'APPROVAL_DECIDED' } })
    expect(await usernames(house, first)).toHaveLength(2)
  })

  test('what was declined, was changed or is a day old is not done', async () => {
    const { house, first, second } = await start()
    const declined = await ask(house, first)
    expect(await decline(house, second, declined)).toMatchObject({ body: { state: 'declined', decidedBy: 'second' } })
    house.time.now += 1
    const other = await ask(house, first)
    expect(await approve(house, second, { ...other, hash: declined.hash })).toMatchObject({
      status: 409,
      body: { code: 'APPROVAL_DIFFERS' },
    })
    house.time.now += 24 * hours
    const again = await signInAgain(house, 'second')
    expect(await approve(house, again, other)).toMatchObject({ status: 409, body: { code: 'APPROVAL_DECIDED' } })
    await house.services.approvals.expireDue()
    expect((await listOf(house, again)).map(({ state }) => state)).toEqual(['expired', 'declined'])
    expect(await usernames(house, again)).toHaveLength(2)
  })

  test('whoever has lost the right since has asked in vain', async () => {
    const { house, first, second } = await start()
    const asked = await ask(house, first)
    await house.services.identity.put(admin('system'), { ...admin('first'), name: 'First', role: 'guard' })
    expect(await approve(house, second, asked)).toMatchObject({ body: { state: 'failed', failure: 'NOT_ALLOWED' } })
    expect(await usernames(house, second)).toEqual(['first guard', 'second admin'])
  })

  test('a record that somebody has changed in the database is not carried out', async () => {
    const { house, first, second } = await start()
    const asked = await ask(house, first)
    const other = await put(house, first, { username: 'fourth', password: 'given by the first one' })
    const rows = await house.db.selectFrom('approvals').selectAll().execute()
    const taken = rows.find(({ id }) => id === (other.body as { approvalId: string }).approvalId)
    await house.db
      .updateTable('approvals')
      .set({ sealed: taken?.sealed ?? '', hash: taken?.hash ?? '' })
      .where('id', '=', asked.id)
      .execute()
    expect(await approve(house, second, { id: asked.id, hash: taken?.hash ?? '' })).toMatchObject({
      body: { state: 'failed', failure: 'INTERNAL' },
    })
    expect(await usernames(house, first)).toHaveLength(2)
  })

  test('what was asked for lies sealed in the database, and not at all after the decision', async () => {
    const { house, first, second } = await start()
    const asked = await ask(house, first)
    const stored = async () => JSON.stringify(await house.db.selectFrom('approvals').selectAll().execute())
    expect(await stored()).toContain('"sealed":"v1:')
    expect(await stored()).not.toContain('given by the first one')
    await approve(house, second, asked)
    expect(await stored()).toContain('"sealed":null')
  })

  test('in the audit log stands who asked and who agreed', async () => {
    const { house, first, second } = await start()
    await approve(house, second, await ask(house, first))
    const entries = await house.db.selectFrom('audit_entries').selectAll().execute()
    const carriedOut = entries.filter(({ action }) => action === 'approvals.carried-out')
    expect(carriedOut).toMatchObject([{ actor: 'first', target: 'third', reason, outcome: 'done' }])
    expect(JSON.parse(carriedOut[0]?.details ?? '{}')).toMatchObject({ approvedBy: 'second', endpoint: 'putUser' })
  })
})

async function signInAgain(house: House, username: string) {
  const { answer } = await enter(house, username, password)
  return `${answer.cookies[0]?.name ?? ''}=${answer.cookies[0]?.value ?? ''}`
}

test.each([
  ['password', { name: 'second', password: 'another long one' }],
  ['role', { name: 'second', role: 'guard' }],
  ['scope', { name: 'second', scope: 'riverside' }],
  ['disable', { name: 'second', disabled: true }],
] as const)('an administrator does not take the power of another one alone: %s', async (changes, body) => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  const victim = await signInAs(house, admin('second'))
  expect(await put(house, first, { username: 'second', ...body })).toMatchObject({ status: 202 })
  expect(await listOf(house, first)).toMatchObject([{ facts: { changes } }])
  expect(await call(house, getSession, { cookie: victim })).toMatchObject({ status: 200 })
})

test('what gives nobody power needs nobody else', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  await signInAs(house, admin('second'))
  expect(await put(house, first, { username: 'second', name: 'Wang Li' })).toMatchObject({ status: 200 })
  const guard = { role: 'guard', password: 'another long one' } as const
  expect(await put(house, first, { username: 'guard', ...guard })).toMatchObject({ status: 200 })
  expect(await put(house, first, { username: 'guard', role: 'supervisor' })).toMatchObject({ status: 200 })
  expect(await listOf(house, first)).toEqual([])
})

test('power does not change hands without a reason', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  const body = { name: 'Third', role: 'admin', scope: '', password: 'another long one' } as const
  expect(await call(house, putUser, { cookie: first, params: { username: 'third' }, body })).toMatchObject({
    status: 400,
    body: { code: 'POWER_NEEDS_REASON' },
  })
})

test('where there is nobody else it is done at once, and marked so for everybody to see', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  await signInAs(house, { username: 'guard', role: 'guard', scope: '' })
  await signInAs(house, admin('elsewhere', 'hillside'))
  const alone = await put(house, first, { username: 'second', password: 'another long one' })
  expect(alone).toMatchObject({ status: 200, body: { username: 'second', alone: true } })
  expect(await listOf(house, first)).toMatchObject([{ state: 'alone', requestedBy: 'first', target: 'second' }])
  const entries = await house.db.selectFrom('audit_entries').selectAll().execute()
  expect(entries.filter(({ action }) => action === 'approvals.alone')).toMatchObject([
    { actor: 'first', target: 'second', reason },
  ])
  // From now on there is somebody.
  expect(await put(house, first, { username: 'third', password: 'another long one' })).toMatchObject({ status: 202 })
})

test('whoever is switched off cannot agree and does not count', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  await signInAs(house, admin('second'))
  await house.services.identity.put(admin('system'), { ...admin('second'), name: 'S' }, { disabled: true })
  expect(await put(house, first, { username: 'third', password: 'another long one' })).toMatchObject({ status: 200 })
})

test('only administrators of the place see a request and may agree to it', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first', 'riverside'))
  const east = await signInAs(house, admin('east', 'riverside/east'))
  const root = await signInAs(house, admin('root'))
  const west = await signInAs(house, admin('west', 'riverside/west'))
  const supervisor = await signInAs(house, { username: 'chief', role: 'supervisor', scope: '' })
  const moved = { role: 'admin', scope: 'riverside/west', reason } as const
  expect(await put(house, first, { username: 'east', ...moved, name: 'East' })).toMatchObject({ status: 202 })
  const [asked] = await listOf(house, root)
  expect(asked).toMatchObject({ scope: 'riverside', target: 'east', mayApprove: true })
  expect([await listOf(house, east), await listOf(house, west)]).toEqual([[], []])
  expect(await call(house, listApprovals, { cookie: supervisor })).toMatchObject({ status: 403 })
  for (const cookie of [east, west])
    expect(await approve(house, cookie, asked ?? { id: '', hash: '' })).toMatchObject({
      status: 404,
      body: { code: 'APPROVAL_NOT_FOUND' },
    })
  expect(await approve(house, root, asked ?? { id: '', hash: '' })).toMatchObject({ body: { state: 'done' } })
})

test('somebody who lost the second factor gets in again when two administrators agree', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  const second = await signInAs(house, admin('second'))
  const guard = await signInAs(house, { username: 'guard', role: 'guard', scope: 'riverside' })
  const reset = () => call(house, resetTotp, { cookie: first, params: { username: 'guard' }, body: { reason } })
  expect(await reset()).toMatchObject({ status: 409, body: { code: 'TOTP_OFF' } })
  const { secret } = (await call(house, beginTotp, { cookie: guard, body: { password } })).body as { secret: string }
  const code = TOTP.generate({ secret: new TOTP({ secret }).secret, timestamp: house.time.now })
  await call(house, confirmTotp, { cookie: guard, body: { code } })
  expect(await enter(house, 'guard', password)).toMatchObject({ status: 401, body: { code: 'TOTP_REQUIRED' } })
  expect(await reset()).toMatchObject({ status: 202 })
  expect(await enter(house, 'guard', password)).toMatchObject({ status: 401 })
  const [asked] = await listOf(house, second)
  await approve(house, second, asked ?? { id: '', hash: '' })
  expect(await call(house, getSession, { cookie: guard })).toMatchObject({ status: 401 })
  expect(await enter(house, 'guard', password)).toMatchObject({ status: 200 })
})

test('of two administrators one can help the other who cannot sign in, after a day in which they could object', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  await signInAs(house, admin('second'))
  const body = { name: 'second', password: 'another long one' }
  expect(await put(house, first, { username: 'second', ...body })).toMatchObject({ status: 202 })
  expect(await put(house, first, { username: 'third', password: 'another long one' })).toMatchObject({ status: 202 })
  house.time.now += 24 * hours - 1
  await house.services.approvals.expireDue()
  expect(await enter(house, 'second', password)).toMatchObject({ status: 200 })
  house.time.now += 1
  await house.services.approvals.expireDue()
  const states = (await listOf(house, await signInAgain(house, 'first'))).map(({ target, state }) => [target, state])
  expect(Object.fromEntries(states)).toEqual({ second: 'alone', third: 'expired' })
  expect(await enter(house, 'second', 'another long one')).toMatchObject({ body: { duty: 'change-password' } })
})

test('nobody buries a request under many others', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  await signInAs(house, admin('second'))
  const answers = []
  for (let index = 0; index < 21; index += 1)
    answers.push(await put(house, first, { username: `n${index}`, password: 'another long one' }))
  expect(answers.at(19)).toMatchObject({ status: 202 })
  expect(answers.at(20)).toMatchObject({ status: 429, body: { code: 'TOO_MANY_APPROVALS' } })
})

test('what was interrupted while it was carried out says so', async () => {
  const house = await setup()
  const first = await signInAs(house, admin('first'))
  await signInAs(house, admin('second'))
  await put(house, first, { username: 'third', password: 'another long one' })
  await house.db.updateTable('approvals').set({ state: 'approved', decided_at: house.time.now }).execute()
  await house.services.approvals.expireDue()
  expect(await listOf(house, first)).toMatchObject([{ state: 'approved' }])
  house.time.now += 600_001
  await house.services.approvals.expireDue()
  expect(await listOf(house, first)).toMatchObject([{ state: 'failed', failure: 'INTERRUPTED' }])
})
