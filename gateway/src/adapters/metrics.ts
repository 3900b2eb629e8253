import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RefusalCounter } from '../core/ports.ts'

/** What is read when somebody asks for the metrics, and costs nothing until then. */
export interface MetricSources {
  readonly messages: () => Readonly<Record<string, number>>
  readonly outboxBacklog: () => Promise<number>
  readonly outboxDropped: () => number
  readonly freeBytes: () => Promise<number>
  readonly spool: () => { readonly backlogBytes: number; readonly dropped: number }
  readonly devicesOnline: () => number
  readonly uplinkConnected: () => boolean
}

/** Everything that an operator can measure at this gateway. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const refused = new Counter({
    name: 'gatehouse_refused_total',
    help: 'Connections and messages that were turned away',
    labelNames: ['listener', 'reason'],
    registers,
  })
  const laneDecision = new Histogram({
    name: 'gatehouse_lane_decision_seconds',
    help: 'From the plate to the command, with the decision on disk',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
    registers,
  })
  const counter: RefusalCounter = { refused: (listener, reason) => refused.inc({ listener, reason }) }

  return {
    registry,
    counter,
    laneDecided: (tookMs: number) => laneDecision.observe(tookMs / 1000),
    watch(sources: MetricSources) {
      const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
        new Gauge({
          name,
          help,
          registers,
          async collect() {
            this.set(await read())
          },
        })
      new Counter({
        name: 'gatehouse_messages_total',
        help: 'Messages of devices, by channel',
        labelNames: ['channel'],
        registers,
        collect() {
          this.reset()
          for (const [channel, count] of Object.entries(sources.messages())) this.inc({ channel }, count)
        },
      })
      gauge('gatehouse_outbox_backlog', 'Events that the platform has not yet acknowledged', sources.outboxBacklog)
      gauge(
        'gatehouse_outbox_dropped',
        'Events dropped since the start because there is no platform to fetch them',
        sources.outboxDropped,
      )
      gauge('gatehouse_disk_free_bytes', 'Room on the disk of the data folder', sources.freeBytes)
      gauge('gatehouse_spool_backlog_bytes', 'Telemetry that is not yet shipped', () => sources.spool().backlogBytes)
      gauge('gatehouse_spool_dropped', 'Telemetry lost to a full spool since the start', () => sources.spool().dropped)
      gauge('gatehouse_devices_online', 'Devices that are there', sources.devicesOnline)
      gauge('gatehouse_uplink_connected', 'Whether the platform is connected', () => Number(sources.uplinkConnected()))
    },
  }
}

export type Metrics = ReturnType<typeof createMetrics>
