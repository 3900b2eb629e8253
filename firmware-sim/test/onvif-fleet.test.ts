import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startCameras } from '../src/onvif/cameras.ts'
import { post, soapEnvelope, startTestCameras, subscribe } from './onvif-cameras.ts'

const group = '239.255.255.250'
const fleet = 545

async function openSocket(port = 0): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 4 << 20 })
  onTestFinished(() => {
    socket.close()
  })
  socket.bind(port)
  await once(socket, 'listening')
  socket.setMulticastInterface('127.0.0.1')
  return socket
}

/** A port that nobody else discovers on, so that only the cameras of this test answer. */
async function freePort() {
  const socket = createSocket('udp4').bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

const probe = (types = 'dn:NetworkVideoTransmitter', messageId: string = randomUUID()) =>
  soapEnvelope(`<d:Probe><d:Types>${types}</d:Types></d:Probe>`, `<a:MessageID>urn:uuid:${messageId}</a:MessageID>`)

/** Addresses that arrive at this socket, by the kind of message that brought them. */
function collect(socket: Socket) {
  const found: Record<string, string[]> = { ProbeMatch: [], Hello: [], Bye: [] }
  socket.on('message', (datagram) => {
    const text = datagram.toString()
    for (const [kind, addresses] of Object.entries(found)) {
      const bodies = text.matchAll(new RegExp(`<d:${kind}>.*?</d:${kind}>`, 'g'))
      addresses.push(...Array.from(bodies, ([body]) => /<d:XAddrs>(.*)<\/d:XAddrs>/.exec(body)?.[1] ?? 'no address'))
    }
  })
  return found
}

test('a whole street of cameras starts in a second, answers, and ends cleanly', async () => {
  const startedAt = performance.now()
  const cameras = await startTestCameras({ count: fleet })
  expect(performance.now() - startedAt).toBeLessThan(1000)

  const answers = await Promise.all(
    cameras.status().map(({ address }) => post(address, soapEnvelope('<GetHostname/>'))),
  )
  expect(new Set(answers.map(({ text }) => /<tt:Name>(.*)<\/tt:Name>/.exec(text)?.[1])).size).toBe(fleet)

  const last = `cam-${String(fleet)}`
  const pullPoint = await subscribe(cameras.addressOf(last))
  await pullPoint.pull()
  const waiting = expect(pullPoint.pull('PT60S')).rejects.toThrow('fetch failed')
  await vi.waitFor(() => expect(cameras.status().at(-1)?.requests).toBe(4))
  const closedAt = performance.now()
  await cameras.close()
  await waiting
  expect(performance.now() - closedAt).toBeLessThan(1000)
  const { hostname, port } = new URL(cameras.addressOf(last))
  const [refused] = (await once(connect(Number(port), hostname), 'error')) as [Error]
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
})

test('an address that is taken stops the start and leaves nothing behind', async () => {
  const [taken] = (await startTestCameras()).status()
  const { port } = new URL(taken?.address ?? '')
  const camera = (id: string, host: string, at: number) => ({
    id,
    name: id,
    username: 'admin',
    password: 'secret',
    host,
    port: at,
    snapshot: () => Promise.resolve(new Uint8Array()),
  })
  const free = camera('free', '127.66.9.1', Number(port))

  await expect(startCameras({ cameras: [free, camera('late', '127.66.0.1', Number(port))] })).rejects.toThrow(
    `Camera late cannot listen on 127.66.0.1:${port}`,
  )
  await expect(startCameras({ cameras: [free, free] })).rejects.toThrow('same id')
  await (await startCameras({ cameras: [free] })).close()
})

test('every camera of a street is found by one multicast probe', async () => {
  const port = await freePort()
  const cameras = await startTestCameras({ count: fleet, discovery: { interfaceAddress: '127.0.0.1', port } })
  const socket = await openSocket()
  const found = collect(socket)
  socket.send(probe(), port, group)

  await vi.waitFor(() => expect(new Set(found['ProbeMatch']).size).toBe(fleet), { timeout: 5000 })
  expect(found['ProbeMatch']?.sort()).toEqual(
    cameras
      .status()
      .map(({ address }) => address)
      .sort(),
  )
})

test('a unicast probe is answered, a repeated one only once, and one for printers never', async () => {
  const port = await freePort()
  const cameras = await startTestCameras({ count: 2, discovery: { interfaceAddress: '127.0.0.1', port } })
  const socket = await openSocket()
  const found = collect(socket)
  const again = randomUUID()
  for (const datagram of [probe('p:Printer'), 'hello', probe(undefined, again), probe(undefined, again)]) {
    socket.send(datagram, port, '127.0.0.1')
  }
  await vi.waitFor(() => expect(found['ProbeMatch']).toHaveLength(2))
  socket.send(probe('tds:Device'), port, '127.0.0.1')
  await vi.waitFor(() => expect(found['ProbeMatch']).toHaveLength(4))

  expect(new Set(found['ProbeMatch'])).toEqual(new Set(cameras.status().map(({ address }) => address)))
})

test('two clients that name their probes alike are both answered', async () => {
  const port = await freePort()
  await startTestCameras({ discovery: { interfaceAddress: '127.0.0.1', port } })
  const clients = [await openSocket(), await openSocket()]
  const found = clients.map(collect)
  const same = probe()
  for (const client of clients) client.send(same, port, '127.0.0.1')

  await vi.waitFor(() => expect(found.map(({ ProbeMatch }) => ProbeMatch?.length)).toEqual([1, 1]))
})

test('several cameras share a datagram where the client understands it', async () => {
  const port = await freePort()
  const discovery = { interfaceAddress: '127.0.0.1', port, matchesPerDatagram: 5 }
  await startTestCameras({ count: 12, discovery })
  const socket = await openSocket()
  const found = collect(socket)
  let datagrams = 0
  socket.on('message', () => (datagrams += 1))
  socket.send(probe(), port, '127.0.0.1')

  await vi.waitFor(() => expect(found['ProbeMatch']).toHaveLength(12))
  expect(datagrams).toBe(3)
})

test('cameras say hello and goodbye', async () => {
  const port = await freePort()
  const socket = await openSocket(port)
  socket.addMembership(group, '127.0.0.1')
  const found = collect(socket)
  const cameras = await startTestCameras({ count: 2, discovery: { interfaceAddress: '127.0.0.1', port } })
  await vi.waitFor(() => expect(found['Hello']).toHaveLength(2))
  expect(new Set(found['Hello'])).toEqual(new Set(cameras.status().map(({ address }) => address)))

  await cameras.close()

  await vi.waitFor(() => expect(found['Bye']).toHaveLength(2))
})
