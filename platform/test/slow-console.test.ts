import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Alert, ServerEvents } from '../src/contract/index.ts'
import { furnish, listen, setup, signInAs } from './setup.ts'

const within = { timeout: 20_000, interval: 50 }
const alert = (id: string): Alert => ({
  ...{ id, type: 'access.stranger', severity: 'major', state: 'open', compoundId: 'garden', at: 1, receivedAt: 1 },
  ...{ late: false, details: { message: 'x'.repeat(20_000) }, notes: [] },
})

/** The raw line under a Socket.IO client. */
const lineOf = (socket: Socket<ServerEvents>) =>
  (socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } }).transport.ws._socket

test('a console that does not read is cut off, and the others hear everything', async () => {
  const house = await setup()
  await furnish(house)
  const url = await listen(house)
  const cookie = await signInAs(house, { username: 'street', role: 'guard', scope: '' })
  const join = async () => {
    const socket: Socket<ServerEvents> = io(url, {
      ...{ transports: ['websocket'], reconnection: false, forceNew: true },
      extraHeaders: { cookie },
    })
    onTestFinished(() => void socket.close())
    await vi.waitFor(() => expect(socket.connected).toBe(true), within)
    return socket
  }
  const [reader, sleeper] = [await join(), await join()]
  const heard: string[] = []
  reader.on('alert:raised', ({ id }) => heard.push(id))
  lineOf(sleeper).pause()

  const refusals = async () => {
    const metric = await house.metrics.registry.getSingleMetric('gatehouse_refused_total')?.get()
    return metric?.values.find(({ labels }) => labels['reason'] === 'does-not-read')?.value ?? 0
  }
  let sent = 0
  await vi.waitFor(async () => {
    for (let burst = 0; burst < 50; burst += 1)
      house.services.publisher.publish('alert:raised', 'garden', alert(`a${(sent += 1)}`))
    expect(await refusals()).toBe(1)
  }, within)
  await vi.waitFor(() => expect(heard).toHaveLength(sent), within)
  expect(reader.connected).toBe(true)
  const metric = await house.metrics.registry.getSingleMetric('gatehouse_consoles_connected')?.get()
  expect(metric?.values[0]?.value).toBe(1)
}, 60_000)
