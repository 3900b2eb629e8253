import { Type, type Static } from 'typebox'

/**
 * `monthly` and `own-space` belong to one car; `group`: the cars of a household share `spaces`; `visitor`: a window,
 * perhaps at certain lanes; `whitelist`, `internal`, `free`: let in and never charged; `blacklist`: not let in.
 */
export const PermitKind = Type.Enum([
  'monthly',
  'own-space',
  'group',
  'visitor',
  'whitelist',
  'internal',
  'free',
  'blacklist',
])
export type PermitKind = Static<typeof PermitKind>

/** A permit was renewed after it had ended: in between (UTC ms) it did not count, and what stood inside is charged. */
export const Lapse = Type.Object({ from: Type.Integer({ minimum: 0 }), to: Type.Integer({ minimum: 0 }) })
export type Lapse = Static<typeof Lapse>

/** The right of a plate, as far as the lane must know it. */
export interface PermitRule {
  readonly kind: PermitKind
  /** UTC ms. */
  readonly validFrom?: number
  readonly validUntil?: number
  /** The last one. */
  readonly lapse?: Lapse
  /** Permits of one group share `spaces`; the car that finds them taken is a temporary one. */
  readonly groupId?: string
  readonly spaces?: number
  /** Lanes where it counts; without them everywhere. */
  readonly laneIds?: readonly string[]
}

export interface PermitQuestion {
  /** UTC ms, device clock. */
  readonly at: number
  readonly laneId?: string | undefined
  /** How many cars of a group are inside with its permit, without the car that asks. */
  readonly groupInside?: ((groupId: string) => number) | undefined
}

/** What the permits of a plate amount to at one moment. */
export interface Standing {
  readonly isBlacklisted: boolean
  /** The strongest right that counts. */
  readonly right?: PermitRule
  /** Why no right counts, where there is one that could. */
  readonly failing?: 'group-full' | 'expired' | 'not-yet-valid' | 'other-lane' | 'visitor-outside-window'
  /** When its latest paid right ended: it is charged from then on. */
  readonly expiredAt?: number
  /** When that right was renewed: it is charged up to then. */
  readonly renewedAt?: number
}

/** The part of a stay that a paid right does not cover. */
export type Uncovered = Pick<Standing, 'expiredAt' | 'renewedAt'>

/** A plate with several rights uses the strongest. */
const strongestFirst = ['internal', 'whitelist', 'free', 'own-space', 'monthly', 'group', 'visitor'] as const
const paidKinds: ReadonlySet<string> = new Set(['own-space', 'monthly', 'group'])

const hasBegun = ({ validFrom }: PermitRule, at: number) => validFrom === undefined || at >= validFrom
const hasLapsed = ({ lapse }: PermitRule, at: number) => lapse !== undefined && at >= lapse.from && at < lapse.to
/** The end that lies behind a moment. */
const endBefore = (permit: PermitRule, at: number) => (hasLapsed(permit, at) ? permit.lapse?.from : permit.validUntil)
const hasEnded = (permit: PermitRule, at: number) => at >= (endBefore(permit, at) ?? Infinity)
const isValid = (permit: PermitRule, at: number) => hasBegun(permit, at) && !hasEnded(permit, at)
const countsAt = ({ laneIds }: PermitRule, laneId: string | undefined) =>
  laneIds === undefined || laneId === undefined || laneIds.includes(laneId)

/** Which right of a plate counts. */
export function standingOf(permits: readonly PermitRule[], question: PermitQuestion): Standing {
  const { at, laneId } = question
  const isBlacklisted = permits.some((permit) => permit.kind === 'blacklist' && isValid(permit, at))
  const rights = permits.filter(({ kind }) => kind !== 'blacklist')
  const valid = strongestFirst.flatMap((kind) =>
    rights.filter((permit) => permit.kind === kind && isValid(permit, at) && countsAt(permit, laneId)),
  )
  const right = valid.find((permit) => hasSpace(permit, question))
  if (right) return { isBlacklisted, right, ...uncoveredBefore(right, at) }
  if (valid.length > 0) return { isBlacklisted, failing: 'group-full' }
  return { isBlacklisted, ...whyNot(rights, at) }
}

/** A renewal that came too late does not pay for what was before it. */
const uncoveredBefore = ({ lapse }: PermitRule, at: number): Uncovered =>
  lapse && at >= lapse.to ? { expiredAt: lapse.from, renewedAt: lapse.to } : {}

function hasSpace({ kind, groupId, spaces = 1 }: PermitRule, { groupInside }: PermitQuestion): boolean {
  return kind !== 'group' || groupId === undefined || (groupInside?.(groupId) ?? 0) < spaces
}

function whyNot(rights: readonly PermitRule[], at: number): Omit<Standing, 'isBlacklisted'> {
  if (rights.length === 0) return {}
  // It would count somewhere else, so nothing has ended.
  if (rights.some((permit) => isValid(permit, at))) return { failing: 'other-lane' }
  if (rights.every(({ kind }) => kind === 'visitor')) return { failing: 'visitor-outside-window' }
  // A renewal that begins later does not undo that the last one has ended.
  const ended = rights.filter((permit) => hasEnded(permit, at))
  if (ended.length === 0) return { failing: 'not-yet-valid' }
  const ends = ended.filter(({ kind }) => paidKinds.has(kind)).flatMap((permit) => endBefore(permit, at) ?? [])
  return { failing: 'expired', ...(ends.length > 0 && { expiredAt: Math.max(...ends) }) }
}

/**
 * Whether a stay that began with a right (`temporary`, or a kind of permit) is charged. What came in as a temporary
 * car pays as one, although its group has room again; what came in with a paid right pays from `expiredAt` on. Was
 * that right renewed, what came in before pays up to then, whatever it came in with.
 */
export function isCharged(enteredWith: string, { right, expiredAt, renewedAt }: Standing): boolean {
  if (right && renewedAt === undefined) return enteredWith === 'temporary' && right.kind === 'group'
  return enteredWith === 'temporary' || (paidKinds.has(enteredWith) && expiredAt !== undefined)
}
