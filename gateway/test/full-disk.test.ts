import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, writeFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { DesiredFile, Permit } from '@gatehouse/platform/contract'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { topics } from '../src/protocol/index.ts'
import { gatewayId, gatewaySecret, startPlatform } from './compound-setup.ts'
import { temporaryFolder } from './temporary-folder.ts'

const within = { timeout: 20_000, interval: 50 }
const diskBytes = 12 * 1024 * 1024
const plates = ['沪A11111', '沪A22222', '沪A33333']
const permits = plates.map((plate): Permit => ({ plate, kind: 'monthly', holder: 'Li' }))
const desired: DesiredFile = {
  devices: {
    devices: [
      {
        ...{ deviceId: 'lane-in', kind: 'barrier', name: 'in', place: 'gate', secret: 'secret of lane-in' },
        settings: { direction: 'in' },
      },
    ],
  },
  parking: { permits },
}

/** A gateway as its own process, whose data lie on a disk of a few megabytes that only it has. */
async function startOnSmallDisk(env: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder()
  const file = join(await temporaryFolder(), 'desired.json')
  await writeFile(file, JSON.stringify(desired))
  const mount = `mount -t tmpfs -o size=${diskBytes} tmpfs "$0" && exec "$@"`
  const main = join(import.meta.dirname, '../src/main.ts')
  const child = spawn('unshare', ['-rm', 'sh', '-c', mount, folder, process.execPath, main], {
    env: {
      PATH: process.env['PATH'],
      ...{ GATEHOUSE_DATA: folder, GATEHOUSE_DESIRED: file, GATEHOUSE_GATEWAY_ID: gatewayId },
      ...{ GATEHOUSE_GATEWAY_SECRET: gatewaySecret, GATEHOUSE_MQTT_PORT: '0', GATEHOUSE_GATEWAY_HTTP_PORT: '0' },
      ...{ GATEHOUSE_RESERVE_BYTES: '0', GATEHOUSE_CONTINUITY_S: '1' },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  onTestFinished(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const ready = await vi.waitFor(() => {
    const line = output.split('\n').find((candidate) => candidate.includes('gateway listening'))
    expect(line, output).toBeDefined()
    return JSON.parse(line ?? '{}') as { mqttPort: number; httpPort: number }
  }, within)
  const filler = join(`/proc/${child.pid ?? 0}/root`, folder, 'filler')
  return {
    ...ready,
    output: () => output,
    /** Writes until nothing more can be written. */
    async fill() {
      const handle = await open(filler, 'w')
      const chunk = Buffer.alloc(4096, 1)
      try {
        for (;;) await handle.write(chunk)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' })
      } finally {
        await handle.close()
      }
    },
    makeRoom: () => unlink(filler),
    /** Messages that the disk did not take. */
    async notStored() {
      const metrics = await (await fetch(`http://127.0.0.1:${ready.httpPort}/metrics`)).text()
      return Number(/reason="not-stored"\} (\d+)/.exec(metrics)?.[1] ?? 0)
    },
    health: async () =>
      (await (await fetch(`http://127.0.0.1:${ready.httpPort}/api/health`)).json()) as { disk: string },
  }
}

/** A lane that sends again what was not acknowledged, and does what it is told. */
async function startLane(mqttPort: number) {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    ...{ clientId: 'lane-in', username: 'lane-in', password: 'secret of lane-in' },
    reconnectPeriod: 200,
  })
  client.on('error', () => undefined)
  onTestFinished(async () => {
    await client.endAsync(true)
  })
  const opened: string[] = []
  client.on('message', (_topic, payload) => {
    const { commandId, op } = JSON.parse(payload.toString()) as { commandId: string; op: string }
    if (op === 'open') opened.push(commandId)
    client.publish(topics.result('lane-in'), JSON.stringify({ commandId, ok: true }), { qos: 1 })
  })
  await client.subscribeAsync(topics.command('lane-in'), { qos: 1 })
  let seq = 0
  const send = (channel: 'event' | 'report', message: object) => {
    seq += 1
    const state = { acknowledged: false }
    const payload = JSON.stringify({ seq, at: Date.now(), ...message })
    const sent = client.publishAsync(topics[channel]('lane-in'), payload, { qos: 1 })
    void sent.then(() => (state.acknowledged = true))
    return state
  }
  return {
    opened,
    read: (plate: string) => send('event', { id: `e${seq}`, type: 'plate', plate, colour: 'blue', confidence: 97 }),
    report: () => send('report', { arm: 'closed', loop: false, temperatureCelsius: 20 }),
  }
}

test('with a full disk the gate opens, nothing is acknowledged, and everything is told once there is room', async () => {
  const platform = await startPlatform()
  const gateway = await startOnSmallDisk({ GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` })
  const lane = await startLane(gateway.mqttPort)
  const first = lane.read(plates[0] ?? '')
  await vi.waitFor(() => expect([first.acknowledged, lane.opened.length]).toEqual([true, 1]), within)

  await gateway.fill()
  const second = lane.read(plates[1] ?? '')
  await vi.waitFor(() => expect(lane.opened).toHaveLength(2), within)
  const third = lane.read(plates[2] ?? '')
  await vi.waitFor(() => expect(lane.opened).toHaveLength(3), within)
  expect([second.acknowledged, third.acknowledged]).toEqual([false, false])
  expect((await gateway.health()).disk).toBe('full')
  await vi.waitFor(() => expect(platform.ofType('continuity').at(-1)?.figures?.disk.state).toBe('full'), within)

  await gateway.makeRoom()
  await vi.waitFor(() => expect([second.acknowledged, third.acknowledged]).toEqual([true, true]), within)
  await vi.waitFor(() => {
    const told = platform.recordsOf('parking.entry-opened').map(({ body }) => body['rawPlate'])
    expect(told).toEqual(plates)
  }, within)
  expect(lane.opened).toHaveLength(3)
  await vi.waitFor(async () => expect((await gateway.health()).disk).not.toBe('full'), within)
}, 60_000)

test('a report that a full disk has refused is asked for once there is room, from a device that says nothing more', async () => {
  const gateway = await startOnSmallDisk({})
  const lane = await startLane(gateway.mqttPort)
  const first = lane.report()
  await vi.waitFor(() => expect(first.acknowledged).toBe(true), within)

  await gateway.fill()
  const reports = Array.from({ length: 60 }, () => lane.report())
  const acknowledged = () => reports.filter((report) => report.acknowledged).length
  await vi.waitFor(async () => expect((await gateway.notStored()) + acknowledged()).toBe(reports.length), within)
  expect(acknowledged()).toBeLessThan(reports.length)

  await gateway.makeRoom()
  await vi.waitFor(() => expect(acknowledged()).toBe(reports.length), within)
}, 60_000)
