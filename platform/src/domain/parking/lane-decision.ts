import { classifyPlate, colourFits, isPolicePlate, matchPlate, normalisePlate, type PlateColour } from '../plates.ts'
import { defaultLanePolicy, type LanePolicy } from './lane-policy.ts'
import { yuan } from './money.ts'
import { isCharged, standingOf, type PermitKind, type PermitRule, type Standing, type Uncovered } from './permits.ts'

/** The same plate at the same lane within this time is one car, not two. */
export const duplicateReadMs = 10_000

/** A car that came in and has not left. */
export interface LaneStay {
  /** What let it in: a kind of permit, `temporary`, `emergency` … */
  readonly right: string
}

export interface LaneRead {
  readonly rawPlate: string
  readonly colour: PlateColour
  /** UTC ms, device clock. */
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly laneId?: string
  /** What the same lane read before, as long as that car is still there. */
  readonly lastRead?: { readonly rawPlate: string; readonly at: number; readonly decision: LaneVerdict['decision'] }
  readonly permitsOf: (plate: string) => readonly PermitRule[]
  readonly stayOf: (plate: string) => LaneStay | undefined
  /** What is due for the stay of a plate, as far as no permit covers it. Fen. */
  readonly dueOf?: (plate: string, uncovered: Uncovered) => number
  /** How many cars of a group are inside with its permit, not counting `plate`. */
  readonly groupInside?: (groupId: string, plate: string) => number
  readonly lot?: {
    readonly inside: number
    readonly capacity: number
    /** How many cars besides `plate` an arm is open for, at any entrance. */
    readonly comingIn?: (plate: string) => number
  }
  readonly policy?: LanePolicy
}

export interface LaneVerdict {
  /** `pay`: open once `dueFen` is paid, waived or let go as a debt. */
  readonly decision: 'open' | 'refuse' | 'ask' | 'pay'
  readonly rule: string
  /** In words, as display and voice of the lane say it. */
  readonly reason: string
  readonly matchedPlate?: string
  /** Substitutions between the plate as read and the plate as matched. */
  readonly distance: number
  /** Plates that may have been meant, for a person to choose from. */
  readonly candidates?: string[]
  /** What the car comes in with, and leaves by. */
  readonly right?: string
  readonly dueFen?: number
}

type Ruling = Pick<LaneVerdict, 'decision' | 'rule' | 'reason' | 'right' | 'dueFen'>
const ruling = (decision: LaneVerdict['decision'], rule: string, reason: string): Ruling => ({ decision, rule, reason })
const opening = (right: string, reason: string, rule: string = right): Ruling => ({
  ...ruling('open', rule, reason),
  right,
})

const greetings = { in: '欢迎光临', out: '一路平安' } as const
const words: Readonly<Record<PermitKind, string>> = {
  internal: '内部车辆',
  whitelist: '白名单车辆',
  free: '免费车辆',
  'own-space': '业主车辆',
  monthly: '月租车辆',
  group: '月租车辆',
  visitor: '访客车辆',
  blacklist: '',
}

/** Decides one read, in the order that the rules have in the domain: the first that applies wins. */
export function decideLane(read: LaneRead): LaneVerdict {
  const plate = normalisePlate(read.rawPlate)
  const exact = (found: Ruling): LaneVerdict => ({ ...found, distance: 0 })
  const before = repeatedOf(read, plate)
  if (before) return exact(ruling(before.decision, 'duplicate-read', '请稍候'))
  const privileged = decidePrivileged(plate)
  if (privileged) return { ...exact(privileged), matchedPlate: plate }
  const unreadable = decideUnreadable(plate, read.colour)
  if (unreadable) return exact(unreadable)
  return decideMatched(read, plate)
}

/** The read that this one repeats. */
function repeatedOf({ lastRead, at }: LaneRead, plate: string): LaneRead['lastRead'] {
  const isRepeated =
    lastRead !== undefined &&
    normalisePlate(lastRead.rawPlate) === plate &&
    Math.abs(at - lastRead.at) < duplicateReadMs
  return isRepeated ? lastRead : undefined
}

function decidePrivileged(plate: string): Ruling | undefined {
  if (classifyPlate(plate) === 'emergency') return opening('emergency', '应急车辆，请通行')
  if (isPolicePlate(plate)) return opening('police', '执勤车辆，请通行')
  return undefined
}

function decideUnreadable(plate: string, colour: PlateColour): Ruling | undefined {
  if (classifyPlate(plate) === 'unplated') return ruling('ask', 'unplated', '未识别到车牌，请扫码或按求助键')
  if (!colourFits(plate, colour)) return ruling('ask', 'colour-mismatch', '车牌识别不完整，请稍候或按求助键')
  return undefined
}

const policyOf = ({ policy = defaultLanePolicy }: LaneRead) => policy

function decideMatched(read: LaneRead, plate: string): LaneVerdict {
  const isInside = (known: string) => read.stayOf(known) !== undefined
  const isBlacklisted = (known: string) => standing(read, known).isBlacklisted
  const hasPermit = (known: string) => read.permitsOf(known).some(({ kind }) => kind !== 'blacklist')
  // At the exit a similar plate counts only if that car is inside, at the entrance only if it has a permit: a car that
  // is inside without one is not the car out here. A blacklisted one must be noticed anyway.
  const isMeant = read.direction === 'in' ? hasPermit : isInside
  const match = matchPlate(read.rawPlate, read.colour, (known) => {
    if (known === plate) return read.permitsOf(known).length > 0 || isInside(known)
    return isMeant(known) || isBlacklisted(known)
  })
  const similar = match.candidates.filter((known) => known !== plate)
  const candidates = similar.length > 0 && { candidates: similar }
  if (similar.some(isBlacklisted))
    return { ...ruling('ask', 'blacklist-near', '车辆需要核实，请按求助键'), distance: 1, ...candidates }
  if (match.plate === undefined && similar.length > 1)
    return { ...ruling('ask', 'several-candidates', '车牌需要核实，请按求助键'), distance: 1, ...candidates }
  const meant = match.plate ?? plate
  const found = read.direction === 'in' ? decideEntry(read, meant) : decideExit(read, meant)
  const isKnown = match.plate !== undefined || found.decision === 'open'
  return { ...found, distance: match.distance, ...candidates, ...(isKnown && { matchedPlate: meant }) }
}

const standing = (read: LaneRead, plate: string): Standing =>
  standingOf(read.permitsOf(plate), {
    at: read.at,
    laneId: read.laneId,
    groupInside: (groupId) => read.groupInside?.(groupId, plate) ?? 0,
  })

const refusedByBlacklist = ruling('refuse', 'blacklist', '车辆禁止通行，请联系物业')

function isFull({ lot }: LaneRead, plate: string): boolean {
  return lot !== undefined && lot.inside + (lot.comingIn?.(plate) ?? 0) >= lot.capacity
}

function decideEntry(read: LaneRead, plate: string): Ruling {
  const rights = standing(read, plate)
  if (rights.isBlacklisted) return refusedByBlacklist
  if (isFull(read, plate) && rights.right?.kind !== 'own-space') return ruling('refuse', 'lot-full', '车位已满，请稍候')
  if (read.stayOf(plate) && policyOf(read).alreadyInside === 'ask')
    return ruling('ask', 'already-inside', '该车已在场内，请按求助键')
  if (rights.right) return openFor(rights.right.kind, greetings.in)
  return decideWithoutRight(read, rights)
}

const unknown = ruling('refuse', 'unknown', '未登记车辆，请联系物业或按求助键')
const openFor = (kind: PermitKind, greeting: string) => opening(kind, `${words[kind]}，${greeting}`)

function decideWithoutRight(read: LaneRead, { failing }: Standing): Ruling {
  const policy = policyOf(read)
  const temporary = (reason: string) => opening('temporary', `${reason}，${greetings.in}`)
  if (policy.mode === 'lenient') return temporary('临时车辆')
  if (failing === 'expired' && policy.expired === 'temporary') return temporary('月租已过期，按临时车计费')
  if (failing === 'expired') return ruling('refuse', 'permit-expired', '通行证已过期，请扫码续期或按求助键')
  if (policy.temporary) return temporary(failing === 'group-full' ? '车位已满，按临时车计费' : '临时车辆')
  return failing === undefined ? unknown : refusals[failing]
}

const refusals = {
  'group-full': ruling('refuse', 'group-full', '您的车位已满，请按求助键'),
  'other-lane': ruling('refuse', 'permit-other-lane', '通行证不适用于此车道，请联系物业'),
  'not-yet-valid': ruling('refuse', 'permit-not-yet-valid', '通行证尚未生效，请联系物业'),
  'visitor-outside-window': ruling('refuse', 'visitor-outside-window', '不在访客预约时间内，请联系住户'),
}

/** Whether a right lets out: what was before a late renewal is paid for apart from it. */
const isCovered = ({ renewedAt }: Standing, { isOwing, dueFen }: { isOwing: boolean; dueFen: number }) =>
  !isOwing || (renewedAt !== undefined && dueFen === 0)

function decideExit(read: LaneRead, plate: string): Ruling {
  const stay = read.stayOf(plate)
  const rights = standing(read, plate)
  const isOwing = isCharged(stay?.right ?? '', rights)
  const dueFen = isOwing ? (read.dueOf?.(plate, rights) ?? 0) : 0
  if (rights.right && isCovered(rights, { isOwing, dueFen })) return openFor(rights.right.kind, greetings.out)
  if (!stay) return decideNotInside(read, rights)
  return decideOwing(policyOf(read), stay, dueFen)
}

function decideOwing({ mode }: LanePolicy, { right }: LaneStay, dueFen: number): Ruling {
  if (dueFen === 0) return opening(right, greetings.out, 'inside')
  const amount = `停车费${yuan(dueFen)}元`
  if (mode !== 'strict') return { ...opening(right, `${amount}，请补缴`, 'debt'), dueFen }
  return { ...ruling('pay', 'unpaid', `${amount}，请扫码缴费`), right, dueFen }
}

function decideNotInside(read: LaneRead, { isBlacklisted, failing }: Standing): Ruling {
  const policy = policyOf(read)
  // Nobody is kept in for being on a list, but a person has to look.
  if (isBlacklisted) return refusedByBlacklist
  if (policy.mode !== 'strict' || policy.notInside === 'open') return opening('temporary', greetings.out, 'not-inside')
  if (policy.notInside === 'ask') return ruling('ask', 'not-inside', '未找到入场记录，请按求助键')
  return failing === undefined
    ? unknown
    : decideWithoutRight({ ...read, policy: defaultLanePolicy }, { isBlacklisted, failing })
}
