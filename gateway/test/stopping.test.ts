import type { UplinkDown } from '@gatehouse/platform/contract'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openSqliteStore } from '../src/adapters/sqlite-store/sqlite-store.ts'
import { gatewayId, gatewaySecret, startDevice, startPlatform, startTestGateway } from './compound-setup.ts'
import { compound, silentLogger } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const wait = { timeout: 10_000 }
const openGate = (commandId: string): UplinkDown => ({
  type: 'command',
  commandId,
  expiresAt: Date.now() + 30_000,
  deviceId: 'gate-1',
  name: 'open',
  args: { holdSeconds: 5 },
})

/** Takes connections and never says a word. */
async function startSilence() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

/** A gateway in a process of its own, and the way to stop it as a service manager does. */
async function startProcess(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main], {
    env: {
      GATEHOUSE_GATEWAY_ID: gatewayId,
      GATEHOUSE_GATEWAY_SECRET: gatewaySecret,
      GATEHOUSE_MQTT_PORT: '0',
      GATEHOUSE_GATEWAY_HTTP_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  const lines: { msg: string; level: number; mqttPort?: number }[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as (typeof lines)[number]))
  const said = (message: string) => lines.find(({ msg }) => msg === message)
  await vi.waitFor(() => expect(said('gateway listening')).toBeDefined(), wait)
  return {
    mqttPort: said('gateway listening')?.mqttPort ?? 0,
    lines,
    async stop() {
      const before = Date.now()
      child.kill('SIGTERM')
      await exit
      return Date.now() - before
    },
  }
}

test('a command that waits for its answer ends with the gateway, and its end is told', async () => {
  const platform = await startPlatform({ acknowledge: false })
  const env = { GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` }
  const gateway = await startTestGateway(env, { devices: { devices: [...compound] } })
  const gate = await startDevice(gateway, 'gate-1', { isMute: true })
  await vi.waitFor(() => expect(platform.ofType('hello')).toHaveLength(1), wait)
  platform.send(openGate('c-1'))
  await vi.waitFor(() => expect(gate.commands).toHaveLength(1), wait)

  const before = Date.now()
  await gateway.close()
  expect(Date.now() - before).toBeLessThan(1000)
  const store = await openSqliteStore(join(gateway.folder, 'gateway', 'state.db'), silentLogger)
  onTestFinished(() => store.close())
  const results = await store.outbox.after(0, 100, new Set(['devices.command-result']))
  expect(results).toMatchObject([{ body: { commandId: 'c-1', ok: false, code: 'GATEWAY_STOPPING' } }])
})

test('nothing keeps the process: not a command, a camera, a telemetry store or a platform that say nothing', async () => {
  const platform = await startPlatform({ acknowledge: false })
  const silence = await startSilence()
  const folder = await temporaryFolder()
  const file = join(folder, 'desired.json')
  const camera = { deviceId: 'cam-1', kind: 'camera', name: 'cam-1', place: 'gate', address: silence.url, settings: {} }
  await writeFile(file, JSON.stringify({ devices: { devices: [...compound, camera] } }))
  const gateway = await startProcess({
    GATEHOUSE_DATA: folder,
    GATEHOUSE_DESIRED: file,
    GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}`,
    GATEHOUSE_PLATFORM_URL: silence.url,
  })
  const gate = await startDevice(gateway, 'gate-1', { isMute: true })
  await gate.report({ door: 'closed', lock: 'locked', temperatureCelsius: 20 })
  await gate.happen({ type: 'stranger', liveness: 0.9, picture: 'ab'.repeat(32) })
  await vi.waitFor(() => expect(platform.batches().length).toBeGreaterThan(0), wait)
  await vi.waitFor(() => expect(silence.sockets.size).toBeGreaterThan(0), wait)
  platform.send(openGate('c-1'))
  await vi.waitFor(() => expect(gate.commands).toHaveLength(1), wait)

  expect(await gateway.stop()).toBeLessThan(1000)
  expect(gateway.lines.at(-1)?.msg).toBe('gateway stopped')
  expect(gateway.lines.filter(({ level }) => level >= 50)).toEqual([])
})
