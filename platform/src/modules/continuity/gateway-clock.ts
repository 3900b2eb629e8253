import type { DeviceContinuityReport, GatewayContinuityReport, SequenceReport } from '../../contract/index.ts'

/** Clocks that NTP keeps agree better than this; the way of a message takes its time, too. */
const toleranceMs = 2000

/** What must be added to a time of the gateway to make it ours. */
export function offsetOf(gatewayClock: number, now: number): number {
  const offset = now - gatewayClock
  return Math.abs(offset) > toleranceMs ? offset : 0
}

/** The named times of a report by our clock; the others as they are. */
function shift<T extends object>(report: T, names: readonly (keyof T)[], offset: number): T {
  const moved = names.flatMap((name) => {
    const at = report[name]
    return typeof at === 'number' ? [[name, Math.max(0, at + offset)]] : []
  })
  return { ...report, ...(Object.fromEntries(moved) as Partial<T>) }
}

export function figuresByOurClock(figures: GatewayContinuityReport, offset: number): GatewayContinuityReport {
  if (offset === 0) return figures
  const { outbox, telemetry } = figures
  return {
    ...figures,
    outbox: shift(outbox, ['oldestAt'], offset),
    telemetry: shift(telemetry, ['oldestAt', 'droppedFrom', 'droppedTo'], offset),
  }
}

const sequenceByOurClock = (sequence: SequenceReport, offset: number): SequenceReport => ({
  ...sequence,
  ...(sequence.unknown && { unknown: shift(sequence.unknown, ['from', 'to'], offset) }),
  recent: sequence.recent.map((gap) => shift(gap, ['after', 'before'], offset)),
})

export function deviceByOurClock(device: DeviceContinuityReport, offset: number): DeviceContinuityReport {
  if (offset === 0) return device
  const { reports, events } = device
  return {
    ...shift(device, ['lastMessageAt'], offset),
    ...(reports && { reports: sequenceByOurClock(reports, offset) }),
    ...(events && { events: sequenceByOurClock(events, offset) }),
  }
}
