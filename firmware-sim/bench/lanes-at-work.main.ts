import type { BarrierEvent } from '@gatehouse/gateway/protocol'
import { prefer } from './asking.ts'
import { startMqttDevice, type MqttDevice } from './mqtt-device.ts'
import { percentile } from './report.ts'
import { plateOf } from './street.ts'

/**
 * Lanes with cars that all have a permit, each car once. A lane sends the plate, waits for the order to open, and some
 * time later tells that the car is through; then the next one may come.
 * Usage: node lanes-at-work.main.ts <port> <lanes> <cars per second> <cars> <cars to warm up with> <secret>
 * Prints one JSON line: cars opened to, cars left standing, percentiles from plate to order in ms.
 */
const [port = 0, laneCount = 0, rate = 0, cars = 0, warmUp = 0] = process.argv.slice(2, 7).map(Number)
const secret = process.argv[7] ?? ''
/** How long a car takes to pass. */
const passMs = 100
/** A car that is not let in for so long is left standing. */
const patienceMs = 5000

interface Car {
  readonly index: number
  readonly sentAt: number
  isOpen: boolean
}

interface Lane {
  readonly device: MqttDevice
  readonly waiting: number[]
  /** The car that stands there, until it is through. */
  car: Car | undefined
  seq: number
}

const latencies: number[] = []
let finished = 0
let left = 0

type Told = { readonly type: 'passed' } | Omit<Extract<BarrierEvent, { type: 'plate' }>, 'id' | 'at' | 'seq'>

function tell(lane: Lane, told: Told) {
  lane.seq += 1
  lane.device.send('event', { id: `e-${lane.seq}`, at: Date.now(), seq: lane.seq, ...told })
}

function next(lane: Lane) {
  const index = lane.waiting.shift()
  if (index === undefined) return
  const car: Car = { index, sentAt: performance.now(), isOpen: false }
  lane.car = car
  tell(lane, { type: 'plate', plate: plateOf(index), colour: 'blue', confidence: 95 })
  setTimeout(() => {
    if (lane.car !== car || car.isOpen) return
    left += 1
    end(lane)
  }, patienceMs)
}

function end(lane: Lane) {
  finished += 1
  lane.car = undefined
  next(lane)
}

function opened(lane: Lane) {
  const { car } = lane
  if (!car || car.isOpen) return
  if (car.index >= warmUp) latencies.push(performance.now() - car.sentAt)
  car.isOpen = true
  setTimeout(() => {
    tell(lane, { type: 'passed' })
    end(lane)
  }, passMs)
}

async function startLane(index: number): Promise<Lane> {
  const deviceId = `lane-${index}`
  const onCommand = (op: string) => {
    if (op === 'open') opened(lane)
  }
  const onLost = (error: Error) => {
    throw error
  }
  const device = await startMqttDevice({ port, deviceId, secret, onCommand, onLost })
  const lane: Lane = { device, waiting: [], car: undefined, seq: 0 }
  return lane
}

await prefer(process.pid)
const lanes = await Promise.all(Array.from({ length: laneCount }, (_, index) => startLane(index)))
const startedAt = performance.now()
let come = 0
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const due = Math.min(cars, Math.floor(((performance.now() - startedAt) / 1000) * rate))
    for (; come < due; come += 1) {
      const lane = lanes[come % lanes.length]
      lane?.waiting.push(come)
      if (lane && !lane.car) next(lane)
    }
    if (finished < cars) return
    clearInterval(timer)
    resolve()
  }, 2)
})
const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => percentile(latencies, share))
const figures = { opened: latencies.length, left, p50, p99, p999, max: Math.max(...latencies) }
process.stdout.write(`${JSON.stringify(figures)}\n`)
for (const { device } of lanes) device.close()
