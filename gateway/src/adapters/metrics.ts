import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RefusalCounter } from '../core/ports.ts'

/** What is read when somebody asks for the metrics, and costs nothing until then. */
export interface MetricSources {
  readonly messages: () => Readonly<Record<string, number>>
  readonly outboxBacklog: () => Promise<number>
  readonly outboxDropped: () => number
  /** When the oldest event that waits was written, if there is one. */
  readonly outboxOldestAt: () => Promise<number | undefined>
  readonly freeBytes: () => Promise<number>
  /** Changes that wait in memory for room on the disk. */
  readonly held: () => number
  readonly missing: () => { readonly missing: number; readonly gaps: number }
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
  const restarts = new Counter({
    name: 'gatehouse_part_restarts_total',
    help: 'How often a part of the gateway was started again after it had failed',
    labelNames: ['part'],
    registers,
  })
  const repairs = new Counter({
    name: 'gatehouse_repairs_total',
    help: 'Damaged files that were put aside and set right as far as possible',
    labelNames: ['what'],
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
    partRestarted: (part: string) => restarts.inc({ part }),
    repaired: (what: string) => repairs.inc({ what }),
    laneDecided: (tookMs: number) => laneDecision.observe(tookMs / 1000),
    watch: (sources: MetricSources) => addSources(registry, sources),
  }
}

type Gauges = Readonly<Record<string, readonly [help: string, read: () => number | Promise<number>]>>

const gaugesOf = (sources: MetricSources): Gauges => ({
  gatehouse_outbox_backlog: ['Events that the platform has not yet acknowledged', sources.outboxBacklog],
  gatehouse_outbox_oldest_seconds: [
    'Age of the oldest event that waits',
    async () => Math.max(0, Date.now() - ((await sources.outboxOldestAt()) ?? Infinity)) / 1000,
  ],
  gatehouse_outbox_dropped: [
    'Events dropped since the start because there is no platform to fetch them',
    sources.outboxDropped,
  ],
  gatehouse_disk_free_bytes: ['Room on the disk of the data folder', sources.freeBytes],
  gatehouse_held_changes: ['Changes that wait in memory because the disk is full', sources.held],
  gatehouse_device_messages_missing: [
    'Numbers of device messages that never came: lost before the gateway could acknowledge them',
    () => sources.missing().missing,
  ],
  gatehouse_device_gaps: ['Gaps in the numbers of device messages', () => sources.missing().gaps],
  gatehouse_spool_backlog_bytes: ['Telemetry that is not yet shipped', () => sources.spool().backlogBytes],
  gatehouse_spool_dropped: ['Telemetry lost to a full spool since the start', () => sources.spool().dropped],
  gatehouse_devices_online: ['Devices that are there', sources.devicesOnline],
  gatehouse_uplink_connected: ['Whether the platform is connected', () => Number(sources.uplinkConnected())],
})

function addSources(registry: Registry, sources: MetricSources): void {
  const registers = [registry]
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
  for (const [name, [help, read]] of Object.entries(gaugesOf(sources))) {
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        this.set(await read())
      },
    })
  }
}

export type Metrics = ReturnType<typeof createMetrics>
