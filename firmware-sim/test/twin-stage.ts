import { createFaults } from '../src/core/faults.ts'
import { createRandom } from '../src/core/seeded-random.ts'
import type { SimDevice } from '../src/core/sim-device.ts'
import { createTwin } from '../src/core/twin.ts'

/** A device without a network: what it says is collected. For trying a device definition out. */
export function playTwin<S extends object, R, E extends { type: string }, C, X>(device: SimDevice<S, R, E, C, X>) {
  const reports: R[] = []
  const events: E[] = []
  const faults = createFaults()
  let commands = 0
  const twin = createTwin(device, {
    random: createRandom('twin'),
    faults,
    pace: 1,
    now: () => Date.now() + faults.clockOffsetMs,
    report: (report) => reports.push(report),
    event: (event) => events.push(event),
  })
  return {
    twin,
    faults,
    reports,
    events,
    last: () => reports.at(-1),
    told: () => events.map(({ type }) => type),
    command(body: C, envelope: { commandId?: string; expiresAt?: number } = {}) {
      commands += 1
      return twin.command({ commandId: `c${commands}`, expiresAt: Date.now() + 5000, ...body, ...envelope })
    },
  }
}
