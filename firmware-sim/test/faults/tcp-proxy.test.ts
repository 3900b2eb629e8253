import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createRandom } from '../../src/core/seeded-random.ts'
import { openTcpProxy } from './tcp-proxy.ts'

const within = { timeout: 5000, interval: 5 }

/** A server that answers every byte with the same byte, behind a proxy. */
async function setup() {
  const atServer: { socket: Socket; received: Buffer[]; end: 'open' | 'ended' | 'broken' }[] = []
  const server = createServer((socket) => {
    const visit = { socket, received: [] as Buffer[], end: 'open' as 'open' | 'ended' | 'broken' }
    atServer.push(visit)
    socket.on('data', (bytes: Buffer) => {
      visit.received.push(bytes)
      socket.write(bytes)
    })
    socket.on('end', () => (visit.end = 'ended'))
    socket.on('error', () => (visit.end = 'broken'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy = await openTcpProxy(() => port, createRandom('proxy'))
  onTestFinished(async () => {
    await proxy.close()
    for (const { socket } of atServer) socket.destroy()
    server.close()
  })

  function client() {
    const socket = connect(proxy.port, '127.0.0.1')
    const seen = { text: '', end: 'open' as 'open' | 'ended' | 'broken', isConnected: false }
    socket.on('connect', () => (seen.isConnected = true))
    socket.on('data', (bytes: Buffer) => (seen.text += bytes.toString()))
    socket.on('end', () => (seen.end = 'ended'))
    socket.on('error', () => (seen.end = 'broken'))
    onTestFinished(() => void socket.destroy())
    return { socket, seen }
  }
  async function talking() {
    const visitor = client()
    visitor.socket.write('hello')
    await vi.waitFor(() => expect(visitor.seen.text).toBe('hello'), within)
    return visitor
  }
  return { proxy, client, talking, atServer, received: () => Buffer.concat(atServer[0]?.received ?? []).toString() }
}

test('bytes and ends pass in both directions', async () => {
  const { talking, atServer, proxy } = await setup()
  const { socket, seen } = await talking()
  expect(proxy.connections()).toBe(1)
  socket.end()
  await vi.waitFor(() => expect([atServer[0]?.end, seen.end]).toEqual(['ended', 'ended']), within)
  await vi.waitFor(() => expect(proxy.connections()).toBe(0), within)
})

test('a cut breaks both ends', async () => {
  const { talking, atServer, proxy } = await setup()
  const { seen } = await talking()
  expect(proxy.cut()).toBe(1)
  await vi.waitFor(() => expect([atServer[0]?.end, seen.end]).toEqual(['broken', 'broken']), within)
})

test('an end is no breakage', async () => {
  const { talking, atServer, proxy } = await setup()
  const { seen } = await talking()
  proxy.end()
  await vi.waitFor(() => expect([atServer[0]?.end, seen.end]).toEqual(['ended', 'ended']), within)
})

test('on a frozen way bytes vanish, nobody is told of an end, and new connections are served', async () => {
  const { talking, atServer, proxy, received } = await setup()
  const { socket, seen } = await talking()
  expect(proxy.freeze('up')).toBe(1)
  socket.write('lost')
  const other = await talking()
  expect([received(), seen.text, seen.end]).toEqual(['hello', 'hello', 'open'])
  atServer[0]?.socket.write('still heard')
  await vi.waitFor(() => expect(seen.text).toBe('hellostill heard'), within)
  socket.destroy()
  other.socket.write('!')
  await vi.waitFor(() => expect(other.seen.text).toBe('hello!'), within)
  expect(atServer[0]?.end).toBe('open')
})

test('frozen the other way, the server hears and its answers vanish', async () => {
  const { talking, proxy, received } = await setup()
  const { socket, seen } = await talking()
  proxy.freeze('down')
  socket.write('heard')
  await vi.waitFor(() => expect(received()).toBe('helloheard'), within)
  await talking()
  expect(seen.text).toBe('hello')
})

test('torn apart and joined at random, every byte arrives once and in order', async () => {
  const { client, proxy, atServer, received } = await setup()
  proxy.setWeather({ isSplitting: true, jitterMs: 2 })
  const { socket, seen } = client()
  const text = Array.from({ length: 500 }, (_, index) => `message ${index};`).join('')
  for (let at = 0; at < text.length; at += 100) socket.write(text.slice(at, at + 100))
  await vi.waitFor(() => expect(seen.text).toBe(text), within)
  expect(received()).toBe(text)
  expect(atServer[0]?.received.length).toBeGreaterThan(20)
})

test('delay and throttle take their time', async () => {
  const { client, proxy } = await setup()
  proxy.setWeather({ delayMs: 60 })
  const slow = client()
  const startedAt = performance.now()
  slow.socket.write('x')
  await vi.waitFor(() => expect(slow.seen.text).toBe('x'), within)
  expect(performance.now() - startedAt).toBeGreaterThan(115)

  proxy.setWeather({ bytesPerSecond: 20_000 })
  const narrow = client()
  const begunAt = performance.now()
  narrow.socket.write('y'.repeat(2000))
  await vi.waitFor(() => expect(narrow.seen.text).toHaveLength(2000), within)
  expect(performance.now() - begunAt).toBeGreaterThan(95)
})

test('later connections overtake earlier ones', async () => {
  const { client, proxy, atServer } = await setup()
  proxy.setWeather({ openWithinMs: 200 })
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  for (const name of names) client().socket.write(name)
  const order = () => atServer.map(({ received }) => Buffer.concat(received).toString())
  await vi.waitFor(() => expect(order().toSorted()).toEqual(names), within)
  expect(order()).not.toEqual(names)
})

test('new connections are swallowed or refused until it heals', async () => {
  const { client, talking, proxy } = await setup()
  const before = await talking()
  await proxy.welcome('swallow')
  const swallowed = client()
  swallowed.socket.write('anybody there?')
  await vi.waitFor(() => expect(swallowed.seen.isConnected).toBe(true), within)
  await proxy.welcome('refuse')
  const refused = client()
  await vi.waitFor(() => expect(refused.seen.end).toBe('broken'), within)
  before.socket.write('!')
  await vi.waitFor(() => expect(before.seen.text).toBe('hello!'), within)
  await proxy.heal()
  await talking()
  expect([swallowed.seen.text, refused.seen.isConnected]).toEqual(['', false])
})
