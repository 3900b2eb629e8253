import type {
  DeviceContinuityReport,
  GatewayContinuityReport,
  SequenceReport,
  UplinkUp,
} from '@gatehouse/platform/contract'
import type { Continuity } from './continuity.ts'
import type { Clock } from './ports.ts'
import { delay } from './retry.ts'

export type ContinuityMessage = Extract<UplinkUp, { type: 'continuity' }>

interface ContinuityReporterOptions {
  readonly continuity: Pick<Continuity, 'deviceIds' | 'reportOf'>
  readonly figures: () => Promise<GatewayContinuityReport>
  readonly clock: Clock
}

/** A page is far below every packet limit, also when each of its devices has its twenty gaps. */
const devicesPerMessage = 500
/** The platform drops messages of a gateway that sends them faster than it stores them. */
const pauseMs = 100
/** A device about which nothing is new is told of this often: its last message gets older otherwise. */
const tellAgainMs = 120_000

interface Told {
  readonly at: number
  readonly findings: string
}

const findingsIn = (stream: SequenceReport | undefined) =>
  stream && [stream.gaps, stream.missing, stream.duplicates, stream.late, stream.restarts, stream.unknown?.to].join(' ')

/** Everything about a device that a person would want to know at once; that its messages go on is not. */
const findingsOf = ({ reports, events }: DeviceContinuityReport) => `${findingsIn(reports)}/${findingsIn(events)}`

/** Composes what the platform is told over one connection: all at the beginning, then what has changed. */
export function createContinuityReporter({ continuity, figures, clock }: ContinuityReporterOptions) {
  const told = new Map<string, Told>()

  function dueDevices(): string[] {
    const now = clock.now()
    return Array.from(continuity.deviceIds()).filter((deviceId) => {
      const last = told.get(deviceId)
      const report = continuity.reportOf(deviceId)
      if (!report) return false
      return !last || now - last.at >= tellAgainMs || findingsOf(report) !== last.findings
    })
  }

  function take(deviceIds: readonly string[]): DeviceContinuityReport[] {
    const now = clock.now()
    return deviceIds.flatMap((deviceId) => {
      const report = continuity.reportOf(deviceId)
      if (!report) return []
      told.set(deviceId, { at: now, findings: findingsOf(report) })
      return [report]
    })
  }

  return {
    async tell(send: (message: ContinuityMessage) => Promise<void>, signal: AbortSignal): Promise<void> {
      const due = dueDevices()
      const first = { figures: await figures() }
      for (let from = 0; (from === 0 || from < due.length) && !signal.aborted; from += devicesPerMessage) {
        const devices = take(due.slice(from, from + devicesPerMessage))
        await send({ type: 'continuity', clock: clock.now(), ...(from === 0 && first), devices })
        if (from + devicesPerMessage < due.length) await delay(pauseMs, signal)
      }
    },
  }
}

export type ContinuityReporter = ReturnType<typeof createContinuityReporter>
