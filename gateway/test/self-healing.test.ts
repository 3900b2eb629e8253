import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createPartContext } from '../src/adapters/part-context.ts'
import { startDevice, startPlatform, startTestGateway } from './compound-setup.ts'
import { compound } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

const desired = { devices: { devices: [...compound] } }
const wait = { timeout: 15_000 }

interface Health {
  readonly ready: boolean
  readonly uplink: string
  readonly telemetry: string
  readonly parts: Readonly<Record<string, { state: string; restarts: number; problem?: string }>>
}
const healthOf = async (port: number) =>
  (await (await fetch(`http://127.0.0.1:${port}/api/health`, { signal: AbortSignal.timeout(3000) })).json()) as Health
const metricsOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()

/** Takes connections and swallows every byte. */
async function startBlackHole(port = 0) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => sockets.delete(socket))
    socket.resume()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  onTestFinished(close)
  return { port: (server.address() as AddressInfo).port, close }
}

test('a broker whose port is taken is tried again alone, while everything else works', async () => {
  const platform = await startPlatform()
  const squatter = await startBlackHole()
  const gateway = await startTestGateway(
    { GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}`, GATEHOUSE_MQTT_PORT: String(squatter.port) },
    desired,
  )
  await vi.waitFor(async () => expect(await healthOf(gateway.httpPort)).toMatchObject({ uplink: 'connected' }), wait)
  expect((await healthOf(gateway.httpPort)).parts).toMatchObject({
    broker: { state: 'restarting', problem: expect.stringContaining('EADDRINUSE') as unknown },
    uplink: { state: 'running' },
  })
  await vi.waitFor(() => expect(platform.recordsOf('devices.gateway-part-failing')).toHaveLength(1), wait)
  expect(platform.recordsOf('devices.gateway-part-failing')[0]?.body).toMatchObject({ part: 'broker', failures: 3 })

  await squatter.close()
  await vi.waitFor(async () => expect((await healthOf(gateway.httpPort)).parts['broker']?.state).toBe('running'), wait)
  expect(gateway.mqttPort).toBe(squatter.port)
  await startDevice(gateway, 'gate-1')
  expect(await metricsOf(gateway.httpPort)).toContain('gatehouse_part_restarts_total{part="broker"} 1')
})

test('an error that nobody caught in the broker restarts the broker on its port, and nothing else', async () => {
  const platform = await startPlatform()
  const gateway = await startTestGateway({ GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` }, desired)
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1), wait)
  const error = new Error('something is undefined')
  error.stack =
    'Error: x\n    at f (/node/net.js)\n    at DeviceDoor.x (/gateway/src/adapters/mqtt-broker/device-door.ts:1:1)'
  gateway.crashed(error)

  await vi.waitFor(
    async () =>
      expect((await healthOf(gateway.httpPort)).parts['broker']).toMatchObject({ state: 'running', restarts: 1 }),
    wait,
  )
  await startDevice(gateway, 'gate-1')
  expect(platform.ofType('hello')).toHaveLength(1)
})

test('an error in the midst of decisions is not patched up: the gateway says that it must start anew', async () => {
  const gateway = await startTestGateway({}, desired)
  const error = new Error('half a decision')
  error.stack =
    'Error: x\n    at f (/gateway/src/areas/parking/parking.ts:1:1)\n    at g (/gateway/src/adapters/mqtt-broker/x.ts)'
  gateway.crashed(error)
  expect(await gateway.failed).toBe(error)
})

test('a timer and a rejected promise are laid at the door of the part that they were started in', () => {
  const context = createPartContext()
  const error = new Error('no stack')
  error.stack = ''
  expect(context.within('uplink', () => context.partOf(error))).toBe('uplink')
  expect(context.partOf(error)).toBeUndefined()
  expect(context.partOf('not even an error')).toBeUndefined()
})

test('with every server it needs swallowing packets the gateway serves its devices, says so, and stops at once', async () => {
  const hole = await startBlackHole()
  const camera = {
    ...{ deviceId: 'camera-1', kind: 'camera', name: 'Camera', place: 'Gate', settings: {} },
    ...{ address: `http://127.0.0.1:${hole.port}/onvif/device_service`, username: 'admin', secret: 'secret' },
  } as const
  const gateway = await startTestGateway(
    {
      GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${hole.port}`,
      GATEHOUSE_PLATFORM_URL: `http://127.0.0.1:${hole.port}`,
      INFLUX_URL: `http://127.0.0.1:${hole.port}`,
      INFLUX_TIMEOUT_S: '2',
    },
    { devices: { devices: [...compound, camera] } },
  )
  const smoke = await startDevice(gateway, 'smoke-1')
  await smoke.happen({ type: 'smoke', obscurationPercent: 12 })
  await vi.waitFor(async () => {
    const health = await healthOf(gateway.httpPort)
    expect(health).toMatchObject({ ready: true, uplink: 'away' })
    expect(
      Object.entries(health.parts)
        .map(([part, { state }]) => `${part} ${state}`)
        .sort(),
    ).toEqual([
      'broker running',
      'http running',
      'pictures running',
      'store running',
      'telemetry running',
      'telemetry-spool running',
      'uplink running',
    ])
  }, wait)

  const before = Date.now()
  await gateway.close()
  expect(Date.now() - before).toBeLessThan(5000)
})

test('a gateway whose database was damaged starts, tells what was lost, and asks for its lists anew', async () => {
  const platform = await startPlatform()
  const uplink = { GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` }
  const first = await startTestGateway(uplink)
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1), wait)
  platform.send({ type: 'desired', area: 'devices', revision: 3, body: { devices: [...compound] } })
  await vi.waitFor(() => expect(platform.recordsOf('devices.desired-applied')).toHaveLength(1), wait)
  await first.close()
  const path = join(first.folder, 'gateway', 'state.db')
  const bytes = await readFile(path)
  bytes.fill(0xa5, 4096 * 2, 4096 * 4)
  await writeFile(path, bytes)

  const [hello] = platform.ofType('hello')
  platform.messages.length = 0
  platform.state.storedSeq = 0 // as the platform does for an outbox that it does not know
  const again = await startTestGateway({ ...uplink, GATEHOUSE_DATA: first.folder })
  await vi.waitFor(() => expect(platform.recordsOf('devices.gateway-repaired')).toHaveLength(1), wait)
  expect(platform.recordsOf('devices.gateway-repaired')[0]?.body).toMatchObject({
    what: 'database',
    lossPossible: true,
  })
  const [greeting] = platform.ofType('hello')
  expect(greeting?.revisions).toEqual({})
  expect(greeting?.outbox).toMatchObject({ earlier: [{ id: hello?.outbox?.id }] })
  expect(greeting?.outbox?.id).not.toBe(hello?.outbox?.id)
  expect(await metricsOf(again.httpPort)).toContain('gatehouse_repairs_total{what="database"} 1')
})

test('a new folder is no repair', async () => {
  const gateway = await startTestGateway({ GATEHOUSE_DATA: await temporaryFolder() })
  expect(await metricsOf(gateway.httpPort)).not.toContain('gatehouse_repairs_total{')
})

test('a data folder that is open to others is closed, and a file in the place of a folder is put aside', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'gateway'))
  await chmod(join(folder, 'gateway'), 0o755)
  await writeFile(join(folder, 'gateway', 'telemetry'), 'lost+found')
  const gateway = await startTestGateway({ GATEHOUSE_DATA: folder })
  expect((await stat(join(folder, 'gateway'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, 'gateway', 'telemetry'))).isDirectory()).toBe(true)
  expect(await metricsOf(gateway.httpPort)).toContain('gatehouse_repairs_total{what="telemetry"} 1')
})
