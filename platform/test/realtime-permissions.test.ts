import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  endOwnSession,
  listOwnSessions,
  roles,
  serverEventAccess,
  signIn,
  type Role,
  type ServerEvents,
  type SessionEntry,
} from '../src/contract/index.ts'
import { call, furnish, listen, password, setup, signInAs, type House } from './setup.ts'

/** One of every event that there is, about a compound. The compiler asks for it when an event is added. */
const payloads: Readonly<Record<keyof ServerEvents, (compoundId: string) => object>> = {
  'alert:raised': (compoundId) => ({ id: 'a', compoundId, state: 'open' }),
  'alert:changed': (compoundId) => ({ id: 'a', compoundId, state: 'resolved' }),
  'device:changed': (compoundId) => ({ id: 'd', compoundId, online: true }),
  'gateway:changed': (compoundId) => ({ id: 'g', compoundId, online: true }),
  'continuity:changed': (compoundId) => ({ gatewayId: 'g', compoundId, backlog: 1 }),
  'command:changed': (compoundId) => ({ commandId: 'c', compoundId, state: 'sent' }),
  'broadcast:changed': (compoundId) => ({ id: 'b', compoundId, text: 'Hello' }),
  'media:stored': (compoundId) => ({ sha256: `picture of ${compoundId}` }),
  'lane-call:changed': (compoundId) => ({ callId: 'c', compoundId, state: 'ringing' }),
  'lot:changed': (compoundId) => ({ compoundId, inside: 3, lanes: [] }),
  'parking-payment:changed': (compoundId) => ({ orderId: 'o', compoundId, state: 'paid' }),
  'approval:changed': (compoundId) => ({ id: `about ${compoundId}`, state: 'waiting' }),
}
const events = Object.keys(payloads) as (keyof ServerEvents)[]

function connect(url: string, cookie: string): Socket<ServerEvents> {
  const options = { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders: { cookie } }
  const socket: Socket<ServerEvents> = io(url, options)
  onTestFinished(() => void socket.close())
  return socket
}

async function join(house: House, url: string, person: { username: string; role: Role; scope: string }) {
  const socket = connect(url, await signInAs(house, person))
  const heard: string[] = []
  socket.onAny((event: string, payload: unknown) => heard.push(`${event} ${JSON.stringify(payload)}`))
  await vi.waitFor(() => expect(socket.connected).toBe(true), { timeout: 10_000 })
  return { person, heard, socket }
}

const mayHear = (event: keyof ServerEvents, role: Role) => {
  const access = serverEventAccess[event]
  return typeof access === 'object' ? access.includes(role) : access === 'signed-in'
}

test('of all there is to hear, everybody hears what their role and their area allow, and nothing else', async () => {
  const house = await setup()
  await furnish(house)
  const url = await listen(house)
  const places = { garden: 'riverside/east/garden', lake: 'riverside/west/lake' } as const
  const guests: { heard: string[]; person: { username: string; role: Role; scope: string } }[] = []
  for (const role of roles)
    for (const [name, scope] of [...Object.entries(places), ['street', 'riverside'], ['next', 'riverside/east/gard']])
      guests.push(await join(house, url, { username: `${role}-${name ?? ''}`, role, scope: scope ?? '' }))

  const { publisher } = house.services
  for (const event of events)
    for (const [compoundId, path] of Object.entries(places)) {
      const payload = payloads[event](compoundId)
      if (event === 'approval:changed') publisher.publishAt(event, path, payload as never)
      else publisher.publish(event, compoundId, payload as never)
    }

  const expectedFor = ({ role, scope }: { role: Role; scope: string }) =>
    events
      .filter((event) => mayHear(event, role))
      .flatMap((event) =>
        Object.entries(places)
          .filter(([, path]) => path === scope || path.startsWith(`${scope}/`))
          .map(([compoundId]) => `${event} ${JSON.stringify(payloads[event](compoundId))}`),
      )
  // Whoever hears everything hears it last: what the others were to hear has left before.
  const widest = guests.filter(({ person }) => person.role === 'admin' && person.scope === 'riverside')
  for (const { heard, person } of widest) await vi.waitFor(() => expect(heard).toEqual(expectedFor(person)))
  for (const { heard, person } of guests)
    await vi.waitFor(() => expect([person.username, heard]).toEqual([person.username, expectedFor(person)]))
  expect(guests.filter(({ heard }) => heard.length > 0)).toHaveLength(3 * roles.length)
})

test('what concerns the whole platform is heard by its administrators only', async () => {
  const house = await setup()
  const url = await listen(house)
  const root = await join(house, url, { username: 'root', role: 'admin', scope: '' })
  const east = await join(house, url, { username: 'east', role: 'admin', scope: 'riverside/east' })
  const chief = await join(house, url, { username: 'chief', role: 'supervisor', scope: '' })
  const { publisher } = house.services
  publisher.publishAt('approval:changed', '', { id: 'wide', state: 'waiting' })
  publisher.publishAt('approval:changed', 'riverside/east', { id: 'near', state: 'waiting' })
  await vi.waitFor(() => expect(root.heard).toHaveLength(2))
  await vi.waitFor(() => expect(east.heard).toEqual(['approval:changed {"id":"near","state":"waiting"}']))
  expect(chief.heard).toEqual([])
})

test('a session that is ended from elsewhere is cut off at once, and only that one', async () => {
  const house = await setup()
  const url = await listen(house)
  const person = { username: 'guard', role: 'guard', scope: '' } as const
  const lost = await join(house, url, person)
  const other = await join(house, url, { ...person, username: 'other' })
  const cookie = await signInAgain(house)
  const sessions = (await call(house, listOwnSessions, { cookie })).body as SessionEntry[]
  const sessionId = sessions.find(({ current }) => !current)?.id ?? ''
  expect(await call(house, endOwnSession, { cookie, params: { sessionId } })).toMatchObject({ status: 204 })
  await vi.waitFor(() => expect(lost.socket.connected).toBe(false))
  expect(other.socket.connected).toBe(true)
})

async function signInAgain(house: House) {
  const { answer } = await call(house, signIn, { body: { username: 'guard', password } })
  return `${answer.cookies[0]?.name ?? ''}=${answer.cookies[0]?.value ?? ''}`
}

test.each([
  { duty: 'change the password', requireTotp: [], temporaryPassword: true, code: 'PASSWORD_CHANGE_REQUIRED' },
  { duty: 'set up a second factor', requireTotp: ['guard'], temporaryPassword: false, code: 'TOTP_ENROLMENT_REQUIRED' },
] as const)('who has to $duty first hears nothing', async ({ requireTotp, temporaryPassword, code }) => {
  const house = await setup({ requireTotp })
  const url = await listen(house)
  const registrar = { username: 'registrar', role: 'admin', scope: '' } as const
  const guard = { username: 'guard', name: 'Guard', role: 'guard', scope: '' } as const
  await house.services.identity.put(registrar, guard, { password, temporaryPassword })
  const refused = connect(url, await signInAgain(house))
  const error = await new Promise<Error>((resolve) => refused.once('connect_error', resolve))
  expect([error.message, refused.connected]).toEqual([code, false])
})
