import { io } from 'socket.io-client'
import { Type } from 'typebox'
import { expect, test, vi } from 'vitest'
import {
  acknowledgeAlert,
  command,
  getSession,
  importDevices,
  listAlerts,
  listDevices,
  listGateways,
  listPermits,
  listUsers,
  noteAlert,
  putDevice,
  putGateway,
  putPeople,
  putPermit,
  putPermits,
  putUser,
  removePermit,
  sendCommand,
  signIn,
  startBroadcast,
  type AuditLogEntry,
} from '../src/contract/index.ts'
import { entriesOf, startHouse } from './audit-setup.ts'
import { call, listen, password } from './setup.ts'

const short = ({ action, outcome, actor }: AuditLogEntry) => [action, outcome, actor]

test('an entry says who did what to what, where, from which address and why', async () => {
  const { house, as } = await startHouse()
  const cookie = await as('li', 'guard', 'riverside/east')
  const headers = { 'x-reason': encodeURIComponent('有人被困'), 'x-forwarded-for': '203.0.113.7' }
  const body = { name: 'open', args: {}, reason: 'locked in' }
  const params = { deviceId: 'barrier-garden' }
  await call(house, sendCommand, { params, body, cookie, headers })
  const [asked, ended] = await entriesOf(house)
  expect(asked).toMatchObject({
    ...{ actor: 'li', action: 'sendCommand', target: 'barrier-garden', compoundId: 'garden', outcome: 'asked' },
    ...{ address: '203.0.113.7', reason: '有人被困', at: house.time.now },
    details: { role: 'guard', scope: 'riverside/east', command: 'open', fields: 'args,name,reason' },
  })
  expect(ended).toMatchObject({
    outcome: 'refused',
    details: { call: asked?.details['call'], code: 'COMMAND_UNKNOWN' },
  })
})

test('lists of permits and people leave numbers, a person their power before and after', async () => {
  const { house, as } = await startHouse()
  const cookie = await as('boss')
  const permit = (plate: string) => ({ plate, kind: 'monthly', holder: 'Zhao' }) as const
  const put = (plates: readonly string[]) =>
    call(house, putPermits, { params: { compoundId: 'garden' }, body: plates.map(permit), cookie })
  await put(['A1', 'A2', 'A3'])
  await put(['A2', 'A3', 'A4', 'A5'])
  const people = [{ personId: 'p1', name: 'Zhao', household: '1-2', cards: [] }]
  await call(house, putPeople, { params: { compoundId: 'garden' }, body: people, cookie })
  await as('wang', 'guard', 'riverside/east')
  const body = { name: 'Wang', role: 'property', scope: 'riverside/west' } as const
  await call(house, putUser, { params: { username: 'wang' }, body, cookie })
  const done = (await entriesOf(house)).filter(({ outcome }) => outcome === 'done')
  expect(done.map(({ details }) => details)).toMatchObject([
    { before: 0, after: 3, added: 3, removed: 0, entries: 3 },
    { before: 3, after: 4, added: 2, removed: 1, entries: 4 },
    { before: 0, after: 1, added: 1, removed: 0 },
    { oldRole: 'guard', newRole: 'property', oldScope: 'riverside/east', newScope: 'riverside/west' },
  ])
})

test('nothing of a secret, a plate or a name gets into the log', async () => {
  const { house, as, alertId } = await startHouse()
  const secret = 'Xk7-TOP-Secret-9'
  const cookie = await as('boss')
  const bodies: readonly [object, object][] = [
    [signIn, { body: { username: secret, password: secret } }],
    [putUser, { params: { username: 'wang' }, body: { name: secret, role: 'guard', scope: '', password: secret } }],
    [putPermits, { params: { compoundId: 'garden' }, body: [{ plate: secret, kind: 'monthly', holder: secret }] }],
    [putPermit, { params: { compoundId: 'garden', plate: secret }, body: { permit: { plate: secret, kind: 'monthly', holder: secret } } }],
    [removePermit, { params: { compoundId: 'garden', plate: secret }, body: { before: { plate: secret, kind: 'free', holder: secret } } }],
    [putPeople, { params: { compoundId: 'garden' }, body: [{ personId: 'p', name: secret, household: secret, cards: [secret] }] }],
    [putDevice, { params: { deviceId: 'cam' }, body: { compoundId: 'garden', kind: 'camera', name: secret, place: secret, secret, username: secret, settings: { secret }, [secret]: 1 } }],
    [importDevices, { body: { compoundId: 'garden', csv: `id,kind,name,place,secret\ncam2,camera,a,b,${secret}\n` } }],
    [noteAlert, { params: { alertId }, body: { text: secret } }],
    [startBroadcast, { body: { compoundId: 'garden', text: secret, speakerIds: ['barrier-garden'], priority: 'emergency', reason: 'fire' } }],
    [sendCommand, { params: { deviceId: 'barrier-garden' }, body: { name: 'say', args: { text: secret } } }],
    [putGateway, { params: { gatewayId: 'gw-garden' }, body: { compoundId: 'garden', rotateSecret: true } }],
  ] // prettier-ignore
  const told: string[] = []
  for (const [endpoint, input] of bodies) {
    const { body } = await call(house, endpoint as never, { ...input, cookie })
    told.push((body as { secret?: string } | undefined)?.secret ?? secret)
  }
  const table = JSON.stringify(await house.db.selectFrom('audit_entries').selectAll().execute())
  for (const text of [secret, ...told, password]) expect(table).not.toContain(text)
  expect((await entriesOf(house)).length).toBeGreaterThanOrEqual(bodies.length)
})

test('signing in leaves one entry: with the name when it worked, with the account it was tried at when not', async () => {
  const { house, as } = await startHouse()
  await as('li', 'guard')
  const attempt = (username: string) => call(house, signIn, { body: { username, password: 'certainly wrong' } })
  await attempt('li')
  await attempt('my-password-in-the-wrong-field')
  const entries = (await house.services.auditLog.list({ username: 'x', role: 'admin', scope: '' }, {})).entries
  expect(
    entries.toReversed().map(({ actor, target, outcome, details }) => [actor, target, outcome, details['code']]),
  ).toEqual([
    ['li', 'li', 'done', undefined],
    ['anonymous', 'li', 'refused', 'WRONG_CREDENTIALS'],
    ['anonymous', undefined, 'refused', 'WRONG_CREDENTIALS'],
  ])
})

test('who is refused again and again fills no disk: the rest is counted', async () => {
  const { house, as } = await startHouse()
  const cookie = await as('li', 'property')
  for (let count = 0; count < 50; count += 1) await call(house, listUsers, { cookie })
  expect(await entriesOf(house)).toHaveLength(20)
  const [first] = await entriesOf(house)
  expect(first).toMatchObject({
    actor: 'li',
    action: 'listUsers',
    outcome: 'refused',
    details: { status: 403, code: 'NOT_ALLOWED' },
  })
  await house.app.close()
  await house.services.audit.close()
  expect((await entriesOf(house)).at(-1)).toMatchObject({
    ...{ actor: 'system', action: 'audit.suppressed', address: '127.0.0.1', details: { entries: 30 } },
  })
})

test('an endpoint without personal data leaves an entry only when somebody may not call it', async () => {
  const { house, as } = await startHouse()
  await call(house, listDevices, { cookie: await as('li', 'grid') })
  await call(house, getSession, { cookie: await as('wang', 'grid') })
  expect(await entriesOf(house)).toEqual([])
  await call(house, listGateways, { cookie: await as('chen', 'grid') })
  expect((await entriesOf(house)).map(short)).toEqual([['listGateways', 'refused', 'chen']])
})

test('while the log cannot be written nothing personal leaves and nothing changes, but ways are opened', async () => {
  const { house, as, alertId, outbox } = await startHouse()
  const { db, services, gateway } = house
  const nothing = Type.Object({})
  const capabilities = { open: command('Open', nothing), silence: command('Silence', nothing) }
  const deviceId = 'barrier-garden'
  await outbox.store([
    outbox.record('devices.announced', { kind: 'barrier', capabilities }, { deviceId }),
    outbox.record('devices.online-changed', { online: true, reason: 'connected' }, { deviceId }),
  ])
  const cookie = await as('li', 'guard')
  const commands = () => gateway.sent.flatMap(({ message }) => (message.type === 'command' ? [message.name] : []))
  const order = (name: string) => call(house, sendCommand, { params: { deviceId }, body: { name, args: {} }, cookie })
  const unavailable = { status: 503, body: { code: 'AUDIT_UNAVAILABLE' } }
  await db.schema.alterTable('audit_entries').renameTo('audit_away').execute()

  expect(await call(house, listPermits, { params: { compoundId: 'garden' }, cookie })).toMatchObject(unavailable)
  expect(await call(house, acknowledgeAlert, { params: { alertId }, cookie })).toMatchObject(unavailable)
  expect((await services.alerts.get({ username: 'x', role: 'admin', scope: '' }, alertId)).state).toBe('open')
  expect(await order('silence')).toMatchObject(unavailable)
  expect(services.audit.isWriting()).toBe(false)
  expect((await order('open')).status).toBe(202)
  expect(commands()).toEqual(['open'])
  const body = { compoundId: 'garden', text: 'Fire', priority: 'emergency', reason: 'fire' } as const
  expect((await call(house, startBroadcast, { body: { ...body, speakerIds: [deviceId] }, cookie })).status).toBe(202)
  expect(await as('wang', 'guard')).toContain('=')

  await db.schema.alterTable('audit_away').renameTo('audit_entries').execute()
  await vi.waitFor(async () => {
    const kept = (await entriesOf(house)).filter(({ actor }) => actor === 'li')
    expect(kept.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['acknowledgeAlert', 'failed'],
      ['sendCommand', 'failed'],
      ['sendCommand', 'asked'],
      ['sendCommand', 'done'],
      ['startBroadcast', 'asked'],
      ['startBroadcast', 'done'],
    ])
  }, 5000)
  expect(services.audit.isWriting()).toBe(true)
  expect((await call(house, listPermits, { params: { compoundId: 'garden' }, cookie })).status).toBe(200)
})

test('whoever begins to listen to live events is in the log', async () => {
  const { house, as } = await startHouse()
  const url = await listen(house)
  const cookie = await as('li', 'guard', 'riverside/east/garden')
  const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders: { cookie } })
  await vi.waitFor(() => expect(socket.connected).toBe(true))
  socket.close()
  expect(await entriesOf(house)).toMatchObject([
    { actor: 'li', action: 'realtime.listen', compoundId: 'garden', address: '127.0.0.1', outcome: 'done' },
  ])
})

test('a look at alerts says how many were answered', async () => {
  const { house, as } = await startHouse()
  await call(house, listAlerts, { querystring: {}, cookie: await as('li', 'guard') })
  expect((await entriesOf(house))[0]?.details).toMatchObject({ answered: 1, role: 'guard' })
})
