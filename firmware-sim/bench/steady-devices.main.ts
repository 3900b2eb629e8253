import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { topics, type BarrierReport, type SmokeReport } from '@gatehouse/gateway/protocol'
import { connectPacket, packetReader, publishPacket } from './mqtt-bytes.ts'
import { percentile } from './report.ts'

/**
 * Devices that stay connected and report now and then, for as long as their parent wants. To every message of the
 * parent they answer what happened since the last one.
 * Usage: node steady-devices.main.ts <port> <devices> <messages per second> <secret> [barrier | smoke] [name]
 * Their ids are `name`-0, `name`-1 …
 */
const [port = 0, deviceCount = 0, rate = 0] = process.argv.slice(2, 5).map(Number)
const [secret = '', kind = 'barrier', name = 'bench'] = process.argv.slice(5)

export interface SteadyFigures {
  readonly sent: number
  readonly acknowledged: number
  /** Connections that the gateway has ended; there should be none, ever. */
  readonly ended: number
  readonly p50: number
  readonly p99: number
}

interface Device {
  readonly socket: Socket
  readonly topic: string
  readonly sentAt: Map<number, number>
  seq: number
}

let latencies: number[] = []
let sent = 0
let ended = 0

async function startDevice(index: number): Promise<Device> {
  const deviceId = `${name}-${index}`
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const device: Device = { socket, topic: topics.report(deviceId), sentAt: new Map(), seq: 0 }
  socket.on('error', () => undefined)
  socket.once('close', () => (ended += 1))
  const accepted = new Promise<void>((resolve) => {
    const onPacket = packetReader(({ kind, body }) => {
      if (kind === 2) resolve()
      if (kind !== 4) return
      const packetId = body.readUInt16BE(0)
      const at = device.sentAt.get(packetId)
      if (at === undefined) return
      device.sentAt.delete(packetId)
      latencies.push(performance.now() - at)
    })
    socket.on('data', onPacket)
  })
  await once(socket, 'connect')
  socket.write(connectPacket(deviceId, secret))
  await accepted
  return device
}

function send(device: Device) {
  device.seq += 1
  sent += 1
  const packetId = (device.seq % 65_535) + 1
  const stamp = { at: Date.now(), seq: device.seq, temperatureCelsius: 20 }
  const report: BarrierReport | SmokeReport =
    kind === 'smoke'
      ? { ...stamp, obscurationPercent: device.seq % 3, batteryMillivolts: 3000 }
      : { ...stamp, arm: 'closed', loop: false }
  device.sentAt.set(packetId, performance.now())
  device.socket.write(publishPacket(device.topic, packetId, JSON.stringify(report)))
}

const devices: Device[] = []
for (let index = 0; index < deviceCount; index += 1) devices.push(await startDevice(index))

const startedAt = performance.now()
let due = 0
setInterval(() => {
  const wanted = Math.floor(((performance.now() - startedAt) / 1000) * rate)
  for (; due < wanted; due += 1) {
    const device = devices[due % devices.length]
    if (device && !device.socket.destroyed) send(device)
  }
}, 5)

process.on('message', () => {
  // What was just sent is still on its way: it belongs to the next answer.
  const acknowledged = latencies.length
  const waiting = devices.reduce((sum, { sentAt }) => sum + sentAt.size, 0)
  const figures: SteadyFigures = {
    ...{ sent: sent - waiting, acknowledged, ended },
    ...{ p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
  }
  latencies = []
  sent = waiting
  process.send?.(figures)
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
