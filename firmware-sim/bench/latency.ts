import { topics, type BarrierEvent } from '@gatehouse/gateway/protocol'
import type { Alert } from '@gatehouse/platform/contract'
import { connectAsync, type MqttClient } from 'mqtt'
import { io, type Socket } from 'socket.io-client'
import { secretOf, startHouse } from '../test/house/house.ts'
import { startLoad } from '../test/house/load.ts'
import { startReference } from './child.ts'
import { median, percentile, type Row } from './report.ts'

const consoleCount = 50
const eventCount = 100
const eventsPerSecond = 10
const backgroundPerSecond = 1000
const pairs = 3
const backgroundIds = Array.from({ length: 20 }, (_, index) => `lane-${index}`)

interface Target {
  readonly url: string
  readonly cookie: string
  readonly mqttPort: number
}

async function openConsoles({ url, cookie }: Target, onAlert: (alert: Alert) => void): Promise<Socket[]> {
  return Promise.all(
    Array.from({ length: consoleCount }, async () => {
      const socket = io(url, { extraHeaders: { cookie, origin: url }, transports: ['websocket'], forceNew: true })
      socket.on('alert:raised', onAlert)
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('connect_error', reject)
      })
      return socket
    }),
  )
}

const sendPlate = (barrier: MqttClient, plate: string) => {
  const event: BarrierEvent = {
    id: `e-${plate.slice(2)}`,
    at: Date.now(),
    type: 'plate',
    plate,
    colour: 'blue',
    confidence: 90,
  }
  return barrier.publishAsync(topics.event('north-in'), JSON.stringify(event), { qos: 1 })
}

/** Milliseconds from publish to each console, for every event. */
async function measure(target: Target): Promise<number[]> {
  const sentAt = new Map<string, number>()
  const latencies: number[] = []
  let onComplete: () => void = () => undefined
  const complete = new Promise<void>((resolve) => (onComplete = resolve))
  const consoles = await openConsoles(target, ({ details }) => {
    const at = sentAt.get(String(details['rawPlate']))
    if (at === undefined) return
    latencies.push(performance.now() - at)
    if (latencies.length === eventCount * consoleCount) onComplete()
  })
  const barrier = await connectAsync(`mqtt://127.0.0.1:${target.mqttPort}`, {
    clientId: 'north-in',
    username: 'north-in',
    password: secretOf('north-in'),
  })
  const load = await startLoad({
    mqttPort: target.mqttPort,
    deviceIds: backgroundIds,
    messagesPerSecond: backgroundPerSecond,
  })
  let sent = 0
  const timer = setInterval(() => {
    if (sent === eventCount) {
      clearInterval(timer)
      return
    }
    const plate = `京A${10_000 + sent}`
    sent += 1
    sentAt.set(plate, performance.now())
    void sendPlate(barrier, plate)
  }, 1000 / eventsPerSecond)
  const timeout = setTimeout(onComplete, (eventCount / eventsPerSecond) * 1000 + 20_000)
  await complete
  clearTimeout(timeout)
  await load.finish()
  await barrier.endAsync()
  for (const socket of consoles) socket.disconnect()
  if (latencies.length < eventCount * consoleCount)
    throw new Error(`only ${latencies.length} of ${eventCount * consoleCount} arrived`)
  return latencies
}

async function measureHouse(): Promise<number[]> {
  const barrier = { kind: 'barrier', settings: { direction: 'in' } }
  const house = await startHouse({
    devices: Object.fromEntries(['north-in', ...backgroundIds].map((deviceId) => [deviceId, barrier])),
  })
  try {
    return await measure({ url: house.admin.url, cookie: house.admin.cookie, mqttPort: house.mqttPort() })
  } finally {
    await house.close()
  }
}

async function measureRelay(): Promise<number[]> {
  const relay = await startReference('bare-relay.main.ts', [])
  try {
    const { httpPort = 0, mqttPort = 0 } = relay.ready
    return await measure({ url: `http://127.0.0.1:${httpPort}`, cookie: '', mqttPort })
  } finally {
    await relay.stop()
  }
}

/** Device event → 50 consoles, with 1,000 messages a second behind it. */
export async function latency(): Promise<Row> {
  const ours: number[][] = []
  const bare: number[][] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    bare.push(await measureRelay())
    ours.push(await measureHouse())
  }
  const p99 = (runs: readonly number[][]) => runs.map((run) => percentile(run, 0.99))
  const ratios = p99(ours).map((value, pair) => value / (p99(bare)[pair] ?? NaN))
  return {
    name: 'device event → 50 consoles, 1,000 messages/s behind it, p99',
    value: median(p99(ours)),
    unit: 'ms',
    reference: median(p99(bare)),
    ratio: median(ratios),
    detail: {
      ratios,
      p50: ours.map((run) => percentile(run, 0.5)),
      bareP50: bare.map((run) => percentile(run, 0.5)),
      events: eventCount,
      consoles: consoleCount,
    },
  }
}
