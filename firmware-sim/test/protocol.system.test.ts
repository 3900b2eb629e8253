import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { listAlerts, listDevices, sendCommand } from '@gatehouse/platform/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { secretOf } from './house/house.ts'
import { setupHouse } from './house/setup.ts'

const run = promisify(execFile)

const setup = () => setupHouse({ devices: { 'north-in': { kind: 'barrier', settings: { direction: 'in' } } } })

const credentials = (mqttPort: number) => [
  ...['-h', '127.0.0.1', '-p', String(mqttPort), '-u', 'north-in', '-P', secretOf('north-in'), '-q', '1'],
]

const publish = (mqttPort: number, topic: string, message: object) =>
  run('mosquitto_pub', [...credentials(mqttPort), '-i', 'north-in-pub', '-t', topic, '-m', JSON.stringify(message)])

test('a plate sent with mosquitto_pub becomes an alert at the centre', async () => {
  const house = await setup()
  await publish(house.mqttPort(), 'gh/v1/north-in/event', {
    id: 'try-1',
    at: Date.now(),
    type: 'plate',
    plate: '京A12345',
    colour: 'blue',
    confidence: 96,
  })
  await vi.waitFor(
    async () => {
      const alerts = await house.admin.call(listAlerts, { querystring: {} })
      expect(alerts).toContainEqual(expect.objectContaining({ type: 'parking.entry-refused', deviceId: 'north-in' }))
    },
    { timeout: 10_000 },
  )
})

test('mosquitto_sub receives the command when a guard opens the barrier', async () => {
  const house = await setup()
  const subscriber = spawn('mosquitto_sub', [
    ...credentials(house.mqttPort()),
    ...['-i', 'north-in', '-t', 'gh/v1/north-in/command', '-C', '1'],
  ])
  onTestFinished(() => void subscriber.kill())
  const received = once(createInterface(subscriber.stdout), 'line') as Promise<[string]>
  await vi.waitFor(
    async () => {
      const [device] = await house.admin.call(listDevices, { querystring: {} })
      expect(device).toMatchObject({ online: true, capabilities: { open: { role: 'command' } } })
    },
    { timeout: 10_000 },
  )
  const entry = await house.admin.call(sendCommand, {
    params: { deviceId: 'north-in' },
    body: { name: 'open', args: {}, reason: 'visitor' },
  })
  const [line] = await received
  expect(JSON.parse(line)).toMatchObject({ commandId: entry.commandId, op: 'open', expiresAt: entry.expiresAt })
})
