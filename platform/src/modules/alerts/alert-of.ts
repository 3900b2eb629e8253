import { alertSeverity, type AlertType, type Severity } from '../../contract/index.ts'
import type { CheckedRecord } from '../../core/records.ts'

/** What people are told about a record. */
export interface AlertDraft {
  readonly type: string
  readonly severity: Severity
  readonly picture?: string
  readonly details: Record<string, unknown>
}

const isAlertType = (type: string): type is AlertType => Object.hasOwn(alertSeverity, type)

/** What stands elsewhere in the alert or serves machines only. */
const noFacts = new Set(['picture', 'eventId', 'severity', 'over'])

function factsOf(body: object) {
  const details = Object.fromEntries(Object.entries(body).filter(([name]) => !noFacts.has(name)))
  return { details, ...('picture' in body && typeof body.picture === 'string' && { picture: body.picture }) }
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
  // The end of tampering is no news of its own.
  if (record.type === 'video.tampered' && !record.body.active) return undefined
  if (!isAlertType(record.type)) return undefined
  return { type: record.type, severity: alertSeverity[record.type], ...factsOf(record.body) }
}
