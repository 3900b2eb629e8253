import { Compile } from 'typebox/compile'
import { areaEvents, type AreaEventRecord, type AreaEventType } from '../../contract/index.ts'
import type { CheckedRecord } from '../../core/records.ts'

const validators = new Map(Object.entries(areaEvents).map(([type, schema]) => [type, Compile(schema)]))

/** A record that took longer than this was held back somewhere. */
const lateAfterMs = 60_000

export type RecordReading =
  | { readonly outcome: 'understood'; readonly record: CheckedRecord }
  /** Of a later version than ours: kept, to be read one day. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'broken'; readonly problem: string }

/** Reads one record. What is not understood is no reason to stop the lane. */
export function readRecord(record: AreaEventRecord, id: string, receivedAt: number): RecordReading {
  const validator = validators.get(record.type)
  if (!validator) return { outcome: 'unknown' }
  if (!validator.Check(record.body)) {
    const [error] = validator.Errors(record.body)
    return {
      outcome: 'broken',
      problem: `${error?.instancePath ?? ''} ${error?.message ?? 'breaks its schema'}`.trim(),
    }
  }
  const checked = {
    id,
    type: record.type as AreaEventType,
    at: record.at,
    deviceId: record.deviceId,
    late: record.late === true || receivedAt - record.at > lateAfterMs,
    body: record.body,
  }
  // The validator of this very type has just accepted the body.
  return { outcome: 'understood', record: checked as CheckedRecord }
}
