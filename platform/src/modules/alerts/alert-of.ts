import { alertSeverity, type AlertType, type Severity } from '../../contract/index.ts'
import type { CheckedRecord } from '../../core/records.ts'

/** What people are told about a record. */
export interface AlertDraft {
  readonly type: string
  readonly severity: Severity
  readonly picture?: string
  readonly details: Record<string, unknown>
}

const isAlert = (record: CheckedRecord): record is CheckedRecord & { readonly type: AlertType } =>
  Object.hasOwn(alertSeverity, record.type)

/** What stands elsewhere in the alert or serves machines only. */
const noFacts = new Set(['picture', 'eventId', 'severity', 'over'])

function factsOf(body: object) {
  const details = Object.fromEntries(Object.entries(body).filter(([name]) => !noFacts.has(name)))
  return { details, ...('picture' in body && typeof body.picture === 'string' && { picture: body.picture }) }
}

/** Somebody at a lane asks for a person: that rings at the help desk, and one noise about one car is enough. */
function rings(record: CheckedRecord): boolean {
  if (record.late) return false
  if (record.type === 'parking.help-requested') return true
  const isRefusal = record.type === 'parking.entry-refused' || record.type === 'parking.exit-refused'
  return isRefusal && record.body.decision === 'ask'
}

/** The end of something is no news of its own. */
const isOver = (record: CheckedRecord) =>
  (record.type === 'video.tampered' && !record.body.active) ||
  (record.type === 'parking.queue-changed' && !record.body.queueing)

function severityOf(record: CheckedRecord & { readonly type: AlertType }): Severity {
  if (record.type === 'parking.lane-anomaly' && record.body.kind === 'tailgating') return 'minor'
  return alertSeverity[record.type]
}

/** The alert that a record amounts to, or nothing if it should disturb nobody. */
export function alertOf(record: CheckedRecord): AlertDraft | undefined {
  if (record.type === 'sensors.alarm-raised') {
    const { alarm, severity } = record.body
    return { type: `sensors.${alarm}`, severity, ...factsOf(record.body) }
  }
  if (record.type === 'devices.online-changed') {
    const { online, reason } = record.body
    if (online || reason === 'removed') return undefined
    return { type: 'devices.offline', severity: 'major', details: { reason } }
  }
  if (!isAlert(record) || isOver(record) || rings(record)) return undefined
  return { type: record.type, severity: severityOf(record), ...factsOf(record.body) }
}
