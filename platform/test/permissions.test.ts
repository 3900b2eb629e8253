import { expect, test } from 'vitest'
import { endpoints, roles, type Endpoint, type Role } from '../src/contract/index.ts'
import { defaultLanePolicy } from '../src/domain/index.ts'
import { draft } from './parking-setup.ts'
import { call, createOutbox, furnish, setup, signInAs, type House } from './setup.ts'

const picture = 'a'.repeat(64)
const sheet = [
  ['plate', 'kind'],
  ['京A12345', 'monthly'],
]
const permitOf = { plate: '京A12345', kind: 'monthly', holder: 'Li' }
const setupBody = { kind: 'barrier', name: 'Gate', place: 'North' }

/** A call of every endpoint that is well-formed and is about the compound `garden`. */
const inputs: Readonly<Record<string, { readonly querystring?: object; readonly body?: object }>> = {
  signIn: { body: { username: 'nobody', password: 'x' } },
  putUser: { body: { name: 'N', role: 'guard', scope: 'riverside/east/garden', password: 'a long password' } },
  resetTotp: { body: { reason: 'lost the phone' } },
  changePassword: { body: { oldPassword: 'not this one', newPassword: 'another long one' } },
  beginTotp: { body: { password: 'not this one' } },
  confirmTotp: { body: { code: '000000' } },
  removeTotp: { body: { password: 'not this one', code: '000000' } },
  approveRequest: { body: { hash: 'd'.repeat(64), reason: 'checked' } },
  declineRequest: { body: { reason: 'not needed' } },
  putCompound: { body: { name: 'Garden', path: 'riverside/east/garden' } },
  enrolGateway: { body: { codeId: 'a'.repeat(32), csr: 'none', mac: 'b'.repeat(64) } },
  revokeCertificate: { body: { reason: 'stolen' } },
  renewDeviceSecret: { body: {} },
  issueDeviceCertificate: { body: {} },
  revokeDeviceCertificate: { body: { reason: 'stolen' } },
  putGateway: { body: { compoundId: 'garden' } },
  putDevice: { body: { compoundId: 'garden', ...setupBody } },
  importDevices: { body: { compoundId: 'garden', csv: 'id,kind,name,place,secret\n' } },
  sendCommand: { body: { name: 'open', args: {} } },
  resolveAlert: { body: {} },
  noteAlert: { body: { text: 'seen' } },
  putPermits: { body: [] },
  putPermit: { body: { permit: permitOf } },
  removePermit: { body: { before: permitOf } },
  previewPermitImport: { body: { sheet, mode: 'merge' } },
  importPermits: { body: { sheet, mode: 'merge' } },
  putLanePolicies: { body: { policy: defaultLanePolicy, lanes: {} } },
  addTariff: { body: draft },
  whatIf: { body: { month: '2026-05', draft } },
  getParkingReport: { querystring: { from: '1', to: '2' } },
  openParkingTicket: { body: { kind: 'illegal-parking', place: 'Fire lane' } },
  closeParkingTicket: { body: { state: 'cleared' } },
  endLaneCall: { body: {} },
  raiseLane: { body: { reason: 'delivery', plate: 'none', waivedFen: 0 } },
  reviewLaneRaise: { body: { verdict: 'right' } },
  putPeople: { body: [] },
  startBroadcast: {
    body: { compoundId: 'garden', text: 'Hello', speakerIds: ['barrier-garden'], priority: 'property' },
  },
  exportAuditEntries: { querystring: { from: '1', to: '2', format: 'jsonl' } },
  listTelemetryLosses: { querystring: { from: '1', to: '2' } },
  getTelemetry: { querystring: { reading: 'raised', from: '1', to: '2' } },
}

async function start() {
  const house = await setup()
  await furnish(house)
  const outbox = createOutbox(house, 'gw-garden')
  const alarm = { eventId: 'e1', alarm: 'forced' }
  await outbox.store([outbox.record('access.door-alarm', alarm, { deviceId: 'barrier-garden' })])
  const help = { eventId: 'e9', direction: 'in' }
  await outbox.store([outbox.record('parking.help-requested', help, { deviceId: 'barrier-garden' })])
  const [alert] = await house.services.alerts.list({ username: 'x', role: 'admin', scope: '' }, {})
  const params = {
    ...{
      compoundId: 'garden',
      gatewayId: 'gw-garden',
      deviceId: 'barrier-garden',
      serial: 'c'.repeat(32),
      alertId: alert?.id ?? '',
    },
    ...{
      username: 'somebody',
      sessionId: 'none',
      approvalId: 'none',
      commandId: 'none',
      broadcastId: 'none',
      laneId: 'barrier-garden',
      plate: permitOf.plate,
      callId: 'barrier-garden/e9',
      raiseId: 'none',
      ticketId: 'none',
      sha256: picture,
    },
  }
  const ask = (name: string, endpoint: Endpoint, cookie?: string) =>
    call(house, endpoint, { params, ...inputs[name], ...(cookie !== undefined && { cookie }) } as never)
  return { house, ask }
}

const signInEach = async (house: House, scope: string) =>
  Promise.all(
    roles.map(async (role) => [role, await signInAs(house, { username: `${role}1`, role, scope })] as [Role, string]),
  )

const forPeople = Object.entries(endpoints).filter(
  ([name, { access }]) => access !== 'public' && access !== 'gateway' && name !== 'signOut',
)

const mayCall = ({ access }: Endpoint, role: Role) => typeof access !== 'object' || access.includes(role)

test('every endpoint of the contract has a route', async () => {
  const { house } = await start()
  const missing = Object.values(endpoints).filter(({ method, url }) => !house.app.hasRoute({ method, url }))
  expect(missing.map(({ url }) => url)).toEqual([])
})

test('without a session nothing is answered but what is public', async () => {
  const { ask } = await start()
  for (const [name, endpoint] of Object.entries(endpoints)) {
    const { status, body } = await ask(name, endpoint)
    if (endpoint.access === 'public') expect([name, body]).not.toEqual([name, { code: 'NOT_SIGNED_IN' }])
    else expect([name, status, body]).toMatchObject([name, 401, { code: 'NOT_SIGNED_IN' }])
  }
})

test('each role may call exactly what the contract says', async () => {
  const { house, ask } = await start()
  const wrong: string[] = []
  for (const [role, cookie] of await signInEach(house, 'riverside/east'))
    for (const [name, endpoint] of forPeople) {
      const { status, body } = await ask(name, endpoint, cookie)
      const refused = status === 403 && (body as { code: string }).code === 'NOT_ALLOWED'
      if (refused === mayCall(endpoint, role)) wrong.push(`${role} ${name} ${status}`)
      if (status >= 500 || status === 401) wrong.push(`${role} ${name} ${status} ${JSON.stringify(body)}`)
    }
  expect(wrong).toEqual([])
})

test('from another community nothing of the compound can be seen or changed', async () => {
  const { house, ask } = await start()
  const leaks: string[] = []
  for (const [role, cookie] of await signInEach(house, 'riverside/west'))
    for (const [name, endpoint] of forPeople.filter(([, declared]) => mayCall(declared, role))) {
      const { status, answer } = await ask(name, endpoint, cookie)
      const harmless = status === 404 || status === 403 || !answer.body.includes('garden')
      if (!harmless) leaks.push(`${role} ${name} ${status} ${answer.body}`)
      if (status === 200 && endpoint.method !== 'GET') leaks.push(`${role} ${name} changed something`)
    }
  expect(leaks).toEqual([])
})

test('a gateway signs in with its own secret and with nothing else', async () => {
  const house = await setup()
  const secrets = await furnish(house)
  const ask = (name: string, secret: string) =>
    house.app.inject({
      method: 'POST',
      url: '/influx/write?db=gatehouse&precision=ms',
      headers: {
        authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
        'content-type': 'text/plain',
      },
      payload: `barrier,gateway=gw-garden,device=barrier-garden raised=1 ${Date.now()}`,
    })
  expect((await ask('gw-garden', secrets['gw-garden'] ?? '')).statusCode).toBe(204)
  expect((await ask('gw-garden', secrets['gw-lake'] ?? '')).statusCode).toBe(401)
  expect((await ask('gw-ghost', 'x')).statusCode).toBe(401)
  const cookie = await signInAs(house, { username: 'root', role: 'admin', scope: '' })
  const byPerson = await house.app.inject({ method: 'POST', url: '/influx/write?db=x', headers: { cookie } })
  expect(byPerson.statusCode).toBe(401)
})
