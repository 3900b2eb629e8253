import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { MqttBrokerOptions } from '../src/adapters/mqtt-broker/mqtt-broker.ts'
import { createListenerIdentity } from '../src/adapters/listener-identity.ts'
import { connectPacket, startTestBroker, tlsFile } from './broker-setup.ts'

async function setup(options: MqttBrokerOptions = {}) {
  const cert = tlsFile('localhost.cert.pem')
  const identity = createListenerIdentity({ cert, key: tlsFile('localhost.key.pem') })
  const running = await startTestBroker({ ...options, tls: { host: '127.0.0.1', port: 0, identity } })
  const port = running.broker.ports.tls ?? 0
  const use = <T extends Socket>(socket: T): T => {
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    return socket
  }
  return {
    ...running,
    tcp: () => use(connect(port, '127.0.0.1')),
    tls: () => use(connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: cert })),
  }
}

test('who does not finish the handshake is shown out, however busy it seems', async () => {
  const { refusals, tcp } = await setup({ connectTimeoutMs: 500 })
  const [silent, busy] = [tcp(), tcp()]
  const timer = setInterval(() => busy.write(Uint8Array.of(0x16)), 50)
  onTestFinished(() => clearInterval(timer))

  await Promise.all([silent, busy].map((socket) => once(socket.resume(), 'close').catch(() => undefined)))
  expect(refusals).toEqual(expect.arrayContaining(['mqtt no-connect', 'mqtt no-connect']))
})

test('what is no TLS ends the connection', async () => {
  const { refusals, tcp } = await setup()
  const plain = tcp()
  plain.write(connectPacket)

  await vi.waitFor(() => expect(refusals).toEqual(['mqtt tls']))
  await vi.waitFor(() => expect(plain.closed).toBe(true))
})

test('behind TLS every byte is looked at as well', async () => {
  const { front, refusals, tls } = await setup()
  const secure = tls()
  await once(secure, 'secureConnect')
  secure.resume().write(connectPacket)
  await vi.waitFor(() => expect(front.connected).toHaveBeenCalledWith('lane-1'))

  secure.write(Uint8Array.of(0xf0, 0))
  await vi.waitFor(() => expect(secure.closed).toBe(true))
  expect(refusals).toEqual(['mqtt out-of-turn'])
})
