import { classifyPlate, colourFits, isPolicePlate, matchPlate, normalisePlate, type PlateColour } from './plates.ts'

/** The right of a plate, as far as the lane must know it. */
export interface PermitRule {
  readonly kind: 'monthly' | 'own-space' | 'visitor' | 'internal' | 'blacklist'
  /** UTC ms. */
  readonly validFrom?: number
  readonly validUntil?: number
}

/** The same plate at the same lane within this time is one car, not two. */
export const duplicateReadMs = 10_000

export interface LaneRead {
  readonly rawPlate: string
  readonly colour: PlateColour
  /** UTC ms, device clock. */
  readonly at: number
  readonly direction: 'in' | 'out'
  /** What the same lane read before, as long as that car is still there. */
  readonly lastRead?: { readonly rawPlate: string; readonly at: number; readonly decision: LaneVerdict['decision'] }
  readonly permitsOf: (plate: string) => readonly PermitRule[]
  /** Whether the car came in here and has not left. */
  readonly isInside: (plate: string) => boolean
}

export interface LaneVerdict {
  readonly decision: 'open' | 'refuse' | 'ask'
  readonly rule: string
  /** In words, as display and voice of the lane say it. */
  readonly reason: string
  readonly matchedPlate?: string
  /** Substitutions between the plate as read and the plate as matched. */
  readonly distance: number
}

type Ruling = Pick<LaneVerdict, 'decision' | 'rule' | 'reason'>
const ruling = (decision: LaneVerdict['decision'], rule: string, reason: string): Ruling => ({ decision, rule, reason })

const greetings = { in: '欢迎光临', out: '一路平安' } as const
const words: Readonly<Record<PermitRule['kind'], string>> = {
  internal: '内部车辆',
  'own-space': '业主车辆',
  monthly: '月租车辆',
  visitor: '访客车辆',
  blacklist: '',
}
/** A plate with several rights uses the strongest. */
const strongestFirst = ['internal', 'own-space', 'monthly', 'visitor'] as const

const isValid = ({ validFrom, validUntil }: PermitRule, at: number) =>
  (validFrom === undefined || at >= validFrom) && (validUntil === undefined || at < validUntil)

/** Decides one read, in the order that the rules have in the domain: the first that applies wins. */
export function decideLane(read: LaneRead): LaneVerdict {
  const plate = normalisePlate(read.rawPlate)
  const exact = (found: Ruling): LaneVerdict => ({ ...found, distance: 0 })
  if (isDuplicate(read, plate)) return exact(ruling(read.lastRead?.decision ?? 'ask', 'duplicate-read', '请稍候'))
  const privileged = decidePrivileged(plate)
  if (privileged) return { ...exact(privileged), matchedPlate: plate }
  const unreadable = decideUnreadable(plate, read.colour)
  if (unreadable) return exact(unreadable)
  return decideKnown(read, plate)
}

function isDuplicate({ lastRead, at }: LaneRead, plate: string): boolean {
  return (
    lastRead !== undefined &&
    normalisePlate(lastRead.rawPlate) === plate &&
    Math.abs(at - lastRead.at) < duplicateReadMs
  )
}

function decidePrivileged(plate: string): Ruling | undefined {
  if (classifyPlate(plate) === 'emergency') return ruling('open', 'emergency', '应急车辆，请通行')
  if (isPolicePlate(plate)) return ruling('open', 'police', '执勤车辆，请通行')
  return undefined
}

function decideUnreadable(plate: string, colour: PlateColour): Ruling | undefined {
  if (classifyPlate(plate) === 'unplated') return ruling('ask', 'unplated', '未识别到车牌，请按求助键')
  if (!colourFits(plate, colour)) return ruling('ask', 'colour-mismatch', '车牌识别不完整，请稍候或按求助键')
  return undefined
}

function decideKnown(read: LaneRead, plate: string): LaneVerdict {
  // At the exit a similar plate counts only if that car is inside; a blacklisted one must be noticed anyway.
  const isBlacklisted = (known: string) => read.permitsOf(known).some(({ kind }) => kind === 'blacklist')
  const match = matchPlate(read.rawPlate, read.colour, (known) => {
    if (read.direction === 'in' || known === plate) return read.permitsOf(known).length > 0 || read.isInside(known)
    return read.isInside(known) || isBlacklisted(known)
  })
  const similar = match.candidates.filter((known) => known !== plate)
  if (similar.some(isBlacklisted)) {
    return { ...ruling('ask', 'blacklist-near', '车辆需要核实，请按求助键'), distance: 1 }
  }
  if (match.plate === undefined) return { ...decideUnknown(similar.length), distance: similar.length > 0 ? 1 : 0 }
  const found = decideRights(read, match.plate)
  return { ...found, matchedPlate: match.plate, distance: match.distance }
}

function decideUnknown(candidates: number): Ruling {
  if (candidates > 1) return ruling('ask', 'several-candidates', '车牌需要核实，请按求助键')
  return ruling('refuse', 'unknown', '未登记车辆，请联系物业或按求助键')
}

function decideRights({ direction, at, permitsOf, isInside }: LaneRead, plate: string): Ruling {
  const permits = permitsOf(plate)
  if (permits.some((permit) => permit.kind === 'blacklist' && isValid(permit, at))) {
    return ruling('refuse', 'blacklist', '车辆禁止通行，请联系物业')
  }
  const valid = strongestFirst.find((kind) => permits.some((permit) => permit.kind === kind && isValid(permit, at)))
  if (valid) return ruling('open', valid, `${words[valid]}，${greetings[direction]}`)
  // Who was let in must be able to leave: nobody is there to help.
  if (direction === 'out' && isInside(plate)) return ruling('open', 'inside', greetings.out)
  return decideInvalid(permits, at)
}

function decideInvalid(permits: readonly PermitRule[], at: number): Ruling {
  const visitorOnly = permits.length > 0 && permits.every(({ kind }) => kind === 'visitor')
  if (visitorOnly) return ruling('refuse', 'visitor-outside-window', '不在访客预约时间内，请联系住户')
  if (permits.some(({ validFrom }) => validFrom !== undefined && at < validFrom)) {
    return ruling('refuse', 'permit-not-yet-valid', '通行证尚未生效，请联系物业')
  }
  if (permits.some(({ kind }) => kind !== 'blacklist')) {
    return ruling('refuse', 'permit-expired', '通行证已过期，请续期或按求助键')
  }
  return decideUnknown(0)
}
