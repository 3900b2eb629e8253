import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { topics, type BarrierReport } from '@gatehouse/gateway/protocol'
import { connectPacket, packetReader, publishPacket } from './mqtt-bytes.ts'

/**
 * Sends QoS 1 reports of many barriers at a steady rate and counts the acknowledgements.
 * Usage: node load-generator.main.ts <port> <devices> <messages per second> <seconds> <secret>
 * Prints one JSON line: sent, acknowledged, latency percentiles in ms.
 */
const [port = 0, deviceCount = 0, rate = 0, seconds = 0] = process.argv.slice(2, 6).map(Number)
const secret = process.argv[6] ?? ''

interface Device {
  readonly socket: Socket
  readonly topic: string
  readonly sentAt: Map<number, number>
  seq: number
  lastAt: number
}

const latencies: number[] = []
let sent = 0

async function startDevice(index: number): Promise<Device> {
  const deviceId = `bench-${index}`
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const device: Device = { socket, topic: topics.report(deviceId), sentAt: new Map(), seq: 0, lastAt: 0 }
  const accepted = new Promise<void>((resolve) => {
    socket.on(
      'data',
      packetReader(({ kind, body }) => {
        if (kind === 2) resolve()
        if (kind !== 4) return
        const packetId = body.readUInt16BE(0)
        const at = device.sentAt.get(packetId)
        if (at === undefined) return
        device.sentAt.delete(packetId)
        latencies.push(performance.now() - at)
      }),
    )
  })
  await once(socket, 'connect')
  socket.write(connectPacket(deviceId, secret))
  await accepted
  return device
}

function send(device: Device) {
  device.seq += 1
  const packetId = (device.seq % 65_535) + 1
  const at = (device.lastAt = Math.max(Date.now(), device.lastAt + 1))
  const report: BarrierReport = { at, seq: device.seq, arm: 'closed', loop: false, temperatureCelsius: device.seq % 40 }
  device.sentAt.set(packetId, performance.now())
  device.socket.write(publishPacket(device.topic, packetId, JSON.stringify(report)))
}

const devices = await Promise.all(Array.from({ length: deviceCount }, (_, index) => startDevice(index)))
const startedAt = performance.now()
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const elapsed = (performance.now() - startedAt) / 1000
    const due = Math.floor(Math.min(elapsed, seconds) * rate)
    for (; sent < due; sent += 1) {
      const device = devices[sent % devices.length]
      if (device) send(device)
    }
    const isDone = latencies.length === sent || elapsed > seconds + 10
    if (elapsed < seconds || !isDone) return
    clearInterval(timer)
    resolve()
  }, 5)
})
latencies.sort((a, b) => a - b)
const percentile = (share: number) =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN
process.stdout.write(
  `${JSON.stringify({ sent, acknowledged: latencies.length, p50: percentile(0.5), p99: percentile(0.99) })}\n`,
)
for (const { socket } of devices) socket.destroy()
