import { idPattern, readingPattern } from '../../contract/patterns.ts'
import { parseLines, type Line, type LineProblem, type Precision } from './line-protocol.ts'

/** One number of one reading. */
export interface TelemetryNumber {
  readonly line: number
  readonly gatewayId: string
  readonly deviceId: string
  readonly kind: string
  readonly reading: string
  readonly at: number
  readonly value: number
}

export interface TelemetryWrite {
  readonly gatewayId: string
  readonly text: string
  readonly precision: Precision
  /** When the gateway sent it, by its clock. */
  readonly sentAt?: number | undefined
}

const kindPattern = /^[a-z][a-z0-9-]{0,39}$/

/** Only what can be asked for is worth storing. */
const readingGrammar = new RegExp(readingPattern)
const idGrammar = new RegExp(idPattern)
/** Nothing that a device reports lies further ahead than a badly set clock. Its gateway may be right where we are not. */
const maxAheadMs = 24 * 3_600_000

function problemOf({ measurement, tags, fields, at }: Line, gatewayId: string, now: number): string | undefined {
  if (!kindPattern.test(measurement)) return `measurement "${measurement}" is no device kind`
  if (tags.get('gateway') !== gatewayId) return `tag "gateway" must be "${gatewayId}"`
  if (!idGrammar.test(tags.get('device') ?? '')) return 'tag "device" must be a device id'
  if (tags.size > 2) return 'only the tags "gateway" and "device" are stored'
  if (at > now + maxAheadMs) return 'time lies more than a day ahead'
  const strange = [...fields.keys()].find((name) => !readingGrammar.test(name))
  return strange === undefined ? undefined : `field "${strange}" is no name of a reading`
}

/** The numbers that a gateway may write, and what is wrong with the rest. */
export function readPoints({ gatewayId, text, precision, sentAt = 0 }: TelemetryWrite, now: number) {
  const { lines, problems } = parseLines(text, { precision, now })
  const points: TelemetryNumber[] = []
  const refused: LineProblem[] = [...problems]
  for (const parsed of lines) {
    const problem = problemOf(parsed, gatewayId, Math.max(now, sentAt))
    if (problem !== undefined) {
      refused.push({ line: parsed.line, problem })
      continue
    }
    const { line, measurement: kind, at } = parsed
    const deviceId = parsed.tags.get('device') ?? ''
    for (const [reading, value] of parsed.fields) points.push({ line, gatewayId, deviceId, kind, reading, at, value })
  }
  return { points, problems: refused }
}
