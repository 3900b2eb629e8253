import type { GatewayContinuity, PlatformContinuity, Severity } from '@gatehouse/platform/contract'
import type { zhCNContinuityProblem } from '../../i18n/zh-CN-continuity'

type Key = keyof typeof zhCNContinuityProblem
type WithAdvice<K extends Key> = K extends `${infer Code}Advice` ? (Code extends Key ? Code : never) : never
/** What can be wrong; there is a sentence about each that says what to do. */
export type ProblemCode = WithAdvice<Key>

export interface Problem {
  readonly code: ProblemCode
  readonly severity: Severity
}

/** Gateways tell every half a minute. */
export const freshMs = 150_000
/** What is on its way is no news; what is on its way for so long is. */
const stuckAfterMs = 5 * 60_000
/** Somebody has to come and do something about it, and that takes a day. */
const roomHours = 24
/** Cameras refuse a skew of 20 s; a clock that far off makes times in the record doubtful long before. */
export const toleratedClockMs = 2000
const dayMs = 86_400_000

const isOlder = (at: number | undefined, limit: number, now: number) => at !== undefined && now - at > limit
const isRoomLow = ({ state, headroomHours }: PlatformContinuity['disk']) =>
  state === 'low' || (headroomHours !== undefined && headroomHours < roomHours)

type Check = (gateway: GatewayContinuity, now: number) => boolean

/** The worst first: the order is that of what a person should look after. */
const checks: readonly (readonly [ProblemCode, Severity, Check])[] = [
  ['diskFull', 'critical', ({ figures }) => figures?.disk.state === 'full'],
  ['recordsMissing', 'critical', ({ stored }) => stored.missing > 0],
  ['away', 'major', ({ online }) => !online],
  ['roomLow', 'major', ({ figures }) => figures !== undefined && isRoomLow(figures.disk)],
  ['telemetryLost', 'major', ({ figures }, now) => isRecent(figures?.telemetry.droppedTo, now)],
  ['quiet', 'major', ({ online, reportedAt }, now) => online && isOlder(reportedAt, freshMs, now)],
  [
    'eventsStuck',
    'major',
    ({ online, figures }, now) => online && isOlder(figures?.outbox.oldestAt, stuckAfterMs, now),
  ],
  [
    'telemetryStuck',
    'major',
    ({ online, figures }, now) => online && isOlder(figures?.telemetry.oldestAt, stuckAfterMs, now),
  ],
  ['deviceGaps', 'minor', ({ totals }) => totals.missing > 0],
  ['devicesSilent', 'minor', ({ online, totals }) => online && totals.silent > 0],
  ['clock', 'minor', ({ clockOffsetMs = 0 }) => Math.abs(clockOffsetMs) > toleratedClockMs],
  ['notUnderstood', 'minor', ({ stored }) => stored.problems > 0],
]

function isRecent(at: number | undefined, now: number): boolean {
  return at !== undefined && now - at < dayMs
}

export const problemsOf = (gateway: GatewayContinuity, now: number): readonly Problem[] =>
  checks.flatMap(([code, severity, check]) => (check(gateway, now) ? [{ code, severity }] : []))

export const problemsOfPlatform = ({ disk }: PlatformContinuity): readonly Problem[] =>
  isRoomLow(disk) ? [{ code: 'platformRoomLow', severity: 'critical' }] : []

/** Whether the figures of a gateway are what they are now. */
export const isStale = ({ online, reportedAt }: GatewayContinuity, now: number) =>
  !online || reportedAt === undefined || now - reportedAt > freshMs

const weightOf = (gateway: GatewayContinuity, now: number) => {
  const [worst] = problemsOf(gateway, now)
  return worst ? checks.findIndex(([code]) => code === worst.code) : checks.length
}

/** Gateways that need somebody come first. */
export const worstFirst = (gateways: readonly GatewayContinuity[], now: number) =>
  gateways.toSorted((a, b) => weightOf(a, now) - weightOf(b, now) || a.gatewayId.localeCompare(b.gatewayId))
