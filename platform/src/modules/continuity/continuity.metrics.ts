import { Gauge } from 'prom-client'
import type { GatewayContinuity } from '../../contract/index.ts'
import type { Metrics } from '../../core/metrics.ts'
import type { Clock } from '../../core/ports.ts'
import type { ContinuityService } from './continuity.service.ts'

const perGateway: Readonly<Record<string, [string, (line: GatewayContinuity, now: number) => number | undefined]>> = {
  gatehouse_gateway_backlog: ['Events that the gateway still holds', ({ backlog }) => backlog],
  gatehouse_gateway_oldest_event_seconds: [
    'Age of the oldest event that waits at the gateway',
    ({ figures }, now) => figures?.outbox.oldestAt && Math.max(0, now - figures.outbox.oldestAt) / 1000,
  ],
  gatehouse_gateway_telemetry_waiting_bytes: [
    'Telemetry that waits at the gateway',
    ({ figures }) => figures?.telemetry.waitingBytes,
  ],
  gatehouse_gateway_disk_free_bytes: ['Room on the disk of the gateway', ({ figures }) => figures?.disk.freeBytes],
  gatehouse_gateway_report_age_seconds: [
    'How old these figures are',
    ({ reportedAt }, now) => (reportedAt === undefined ? undefined : Math.max(0, now - reportedAt) / 1000),
  ],
  gatehouse_records_missing: [
    'Numbers of events that are not stored although later ones are',
    ({ stored }) => stored.missing,
  ],
  gatehouse_records_not_understood: ['Events kept as they came', ({ stored }) => stored.problems],
  gatehouse_device_messages_missing: [
    'Device messages lost before the gateway could acknowledge them',
    ({ totals }) => totals.missing,
  ],
}

/** All gauges are collected in the same breath: they are to be measured once. */
const freshMs = 1000

/** Everything that the gap report shows, for whoever watches the platform by machine. */
export function measureContinuity({ registry }: Metrics, service: ContinuityService, clock: Clock): void {
  let measured: { readonly at: number; readonly figures: ReturnType<ContinuityService['measure']> } | undefined
  const measure = () => {
    const now = performance.now()
    if (!measured || now - measured.at > freshMs) measured = { at: now, figures: service.measure() }
    return measured.figures
  }
  for (const [name, [help, read]] of Object.entries(perGateway)) {
    new Gauge({
      ...{ name, help, registers: [registry] },
      labelNames: ['gateway'],
      async collect() {
        const { lines } = await measure()
        this.reset()
        for (const line of lines) {
          const value = read(line, clock.now())
          if (value !== undefined) this.set({ gateway: line.gatewayId }, value)
        }
      },
    })
  }
  new Gauge({
    name: 'gatehouse_platform_disk_free_bytes',
    help: "Room on the disk of the platform's data folder",
    registers: [registry],
    async collect() {
      this.set((await measure()).freeBytes)
    },
  })
}
