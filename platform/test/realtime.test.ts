import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Role, ServerEvents } from '../src/contract/index.ts'
import { createOutbox, furnish, listen, setup, signInAs, type House } from './setup.ts'

const doorAlarm = { eventId: 'e1', alarm: 'forced' }

async function start() {
  const house = await setup()
  await furnish(house)
  return { house, url: await listen(house), outbox: createOutbox(house, 'gw-garden') }
}

function open(url: string, headers: Record<string, string>) {
  const socket: Socket<ServerEvents> = io(url, {
    ...{ transports: ['websocket'], reconnection: false, forceNew: true },
    extraHeaders: headers,
  })
  onTestFinished(() => void socket.close())
  const heard: string[] = []
  socket.onAny((event: string) => heard.push(event))
  return { socket, heard }
}

async function join(house: House, url: string, person: { username: string; role: Role; scope: string }) {
  const cookie = await signInAs(house, person)
  const guest = open(url, { cookie })
  await vi.waitFor(() => expect(guest.socket.connected).toBe(true), { timeout: 5000 })
  return { ...guest, cookie }
}

test('an event reaches everybody whose scope covers it and nobody else', async () => {
  const { house, url, outbox } = await start()
  const inside = [
    await join(house, url, { username: 'street', role: 'guard', scope: 'riverside' }),
    await join(house, url, { username: 'everything', role: 'guard', scope: '' }),
    await join(house, url, { username: 'garden', role: 'property', scope: 'riverside/east/garden' }),
  ]
  const outside = [
    await join(house, url, { username: 'west', role: 'guard', scope: 'riverside/west' }),
    await join(house, url, { username: 'near', role: 'guard', scope: 'riverside/east/garden/3' }),
  ]
  await outbox.store([outbox.record('access.door-alarm', doorAlarm, { deviceId: 'barrier-garden' })])
  // Something that all of them hear comes after it: whoever has that has all that was before it.
  await house.services.compounds.put(
    { username: 'x', role: 'admin', scope: '' },
    { id: 'lake', name: 'Lake', path: 'riverside/east/garden/3' },
  )
  const other = createOutbox(house, 'gw-lake')
  await other.store([other.record('access.door-alarm', doorAlarm, { deviceId: 'barrier-lake' })])
  await vi.waitFor(() => expect(outside[1]?.heard).toEqual(['alert:raised']))
  for (const { heard } of inside) await vi.waitFor(() => expect(heard).toEqual(['alert:raised', 'alert:raised']))
  expect(outside[0]?.heard).toEqual([])
})

test('whoever may not list gateways does not hear of them either', async () => {
  const { house, url, outbox } = await start()
  const guard = await join(house, url, { username: 'guard', role: 'guard', scope: '' })
  const property = await join(house, url, { username: 'property', role: 'property', scope: '' })
  await house.services.registry.seen('gw-garden', { backlog: 3, clock: house.time.now })
  await outbox.store([outbox.record('access.door-alarm', doorAlarm, { deviceId: 'barrier-garden' })])
  await vi.waitFor(() => expect(guard.heard).toEqual(['gateway:changed', 'alert:raised']))
  await vi.waitFor(() => expect(property.heard).toEqual(['alert:raised']))
})

test.each([
  ['without a session', {}],
  ['with an invented session', { cookie: 'gatehouse_session=abc' }],
])('%s nobody gets in', async (_what, headers) => {
  const { url } = await start()
  const { socket } = open(url, headers)
  const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve))
  expect([error.message, socket.connected]).toEqual(['NOT_SIGNED_IN', false])
})

test('a page of another web site does not get in, even with a cookie', async () => {
  const { house, url } = await start()
  const cookie = await signInAs(house, { username: 'guard', role: 'guard', scope: '' })
  const { socket } = open(url, { cookie, origin: 'http://evil.example' })
  await new Promise<Error>((resolve) => socket.once('connect_error', resolve))
  expect(socket.connected).toBe(false)
})

test('signing out, a new role and the end of the session end the connection', async () => {
  const { house, url } = await start()
  const { services, time } = house
  const first = await join(house, url, { username: 'first', role: 'guard', scope: '' })
  await services.signIns.signOut(first.cookie.split('=')[1] ?? '')
  await vi.waitFor(() => expect(first.socket.connected).toBe(false))

  const second = await join(house, url, { username: 'second', role: 'guard', scope: '' })
  await services.identity.put(
    { username: 'x', role: 'admin', scope: '' },
    { username: 'second', name: 's', role: 'grid', scope: '' },
  )
  await vi.waitFor(() => expect(second.socket.connected).toBe(false))

  const third = await join(house, url, { username: 'third', role: 'guard', scope: '' })
  await services.realtime.sweep(services.signIns)
  expect(third.socket.connected).toBe(true)
  time.now += 12 * 3600_000 + 1
  await services.realtime.sweep(services.signIns)
  await vi.waitFor(() => expect(third.socket.connected).toBe(false))
})

test('a console that talks is shown the door', async () => {
  const { house, url } = await start()
  const { socket } = await join(house, url, { username: 'guard', role: 'guard', scope: '' })
  ;(socket as unknown as Socket).emit('alert:raised', { fake: true })
  await vi.waitFor(() => expect(socket.connected).toBe(false))
})
