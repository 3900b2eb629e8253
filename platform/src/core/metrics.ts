import { Counter, Registry } from 'prom-client'

/** What the platform counts; every part adds its own to the registry. */
export interface Metrics {
  readonly registry: Registry
  /** Something from outside was turned away; `reason` is a short constant. */
  refused(listener: 'http' | 'uplink' | 'realtime', reason: string): void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const refusals = new Counter({
    name: 'gatehouse_refused_total',
    help: 'Requests, connections and messages turned away',
    labelNames: ['listener', 'reason'],
    registers: [registry],
  })
  return { registry, refused: (listener, reason) => refusals.inc({ listener, reason }) }
}
