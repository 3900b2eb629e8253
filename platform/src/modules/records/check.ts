import { Compile } from 'typebox/compile'
import { areaEvents, type AreaEventRecord, type AreaEventType } from '../../contract/index.ts'
import type { CheckedRecord } from '../../core/records.ts'

const validators = new Map(Object.entries(areaEvents).map(([type, schema]) => [type, Compile(schema)]))

/** A record that was sent longer than this after it happened was held back somewhere. */
const lateAfterMs = 60_000

/** Both times are the gateway's, so a clock that differs from ours makes nothing late. A future `at` is not late. */
export const isLate = ({ late, at }: AreaEventRecord, sentAt: number) => late === true || sentAt - at > lateAfterMs

export type RecordReading =
  | { readonly outcome: 'understood'; readonly record: CheckedRecord }
  /** Of a later version than ours: kept, to be read one day. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'broken'; readonly problem: string }

/** Reads one record. What is not understood is no reason to stop the lane. */
export function readRecord(record: AreaEventRecord, id: string, sentAt: number): RecordReading {
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
    late: isLate(record, sentAt),
    body: record.body,
  }
  // The validator of this very type has just accepted the body.
  return { outcome: 'understood', record: checked as CheckedRecord }
}
