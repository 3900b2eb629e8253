import { topics, type BarrierEvent, type BarrierReport } from '@gatehouse/gateway/protocol'
import { connectAsync, type MqttClient } from 'mqtt'
import { secretOf } from './house.ts'

/** What devices were told is durable, by device: names of events and times of reports. */
export interface Acknowledged {
  readonly events: ReadonlyMap<string, readonly string[]>
  readonly reports: ReadonlyMap<string, readonly number[]>
}

export interface Load {
  readonly acknowledged: Acknowledged
  /** Messages that were acknowledged so far. */
  count(): number
  /** Ends the stream, waits until every message that was sent is acknowledged or given up, and disconnects. */
  finish(): Promise<void>
}

interface LoadOptions {
  readonly mqttPort: number
  readonly deviceIds: readonly string[]
  readonly messagesPerSecond: number
}

const tickMs = 20
/** One message in this many is an event, the others are reports. */
export const eventEvery = 5

/** One barrier that sends a steady stream; like real firmware it keeps what is not acknowledged and sends it again. */
async function startDevice(deviceId: string, mqttPort: number) {
  const client: MqttClient = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    clientId: `${deviceId}-load`,
    username: deviceId,
    password: secretOf(deviceId),
    clean: false,
    reconnectPeriod: 200,
  })
  client.on('error', () => undefined) // refused while the gateway is down; it tries again
  const events: string[] = []
  const reports: number[] = []
  const pending = new Set<Promise<unknown>>()
  let seq = 0
  let lastAt = 0

  function publish(topic: string, message: BarrierEvent | BarrierReport, onAcknowledged: () => void) {
    // What the client gives up when a connection breaks was never acknowledged: nothing was promised about it.
    const sent = client.publishAsync(topic, JSON.stringify(message), { qos: 1 }).then(onAcknowledged, () => undefined)
    pending.add(sent)
    void sent.finally(() => pending.delete(sent))
  }

  function send() {
    seq += 1
    const at = (lastAt = Math.max(Date.now(), lastAt + 1))
    if (seq % eventEvery === 0) {
      const id = `${deviceId}:${seq}`
      publish(topics.event(deviceId), { id, at, type: 'passed' }, () => events.push(id))
    } else {
      const report: BarrierReport = { at, seq, arm: 'closed', loop: false, temperatureCelsius: seq % 40 }
      publish(topics.report(deviceId), report, () => reports.push(at))
    }
  }
  return { deviceId, send, events, reports, pending, client }
}

/** Streams reports and events from many barriers at once. */
export async function startLoad({ mqttPort, deviceIds, messagesPerSecond }: LoadOptions): Promise<Load> {
  const devices = await Promise.all(deviceIds.map((deviceId) => startDevice(deviceId, mqttPort)))
  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * messagesPerSecond)
    for (; sent < due; sent += 1) devices[sent % devices.length]?.send()
  }, tickMs)

  return {
    acknowledged: {
      events: new Map(devices.map(({ deviceId, events }) => [deviceId, events])),
      reports: new Map(devices.map(({ deviceId, reports }) => [deviceId, reports])),
    },
    count: () => devices.reduce((sum, { events, reports }) => sum + events.length + reports.length, 0),
    async finish() {
      clearInterval(timer)
      await Promise.all(devices.flatMap(({ pending }) => [...pending]))
      await Promise.all(devices.map(({ client }) => client.endAsync()))
    },
  }
}
