import type { LaneCall, PlateCandidate } from '@gatehouse/platform/contract'

/** What the operator may choose instead of a plate. */
export const noPlate = 'none'

/** A plate to let through: a candidate, the read itself, or none. */
export type Choice = Partial<PlateCandidate> & Pick<PlateCandidate, 'plate'>

/** Everything that can be chosen at a call, most likely first. */
export function choicesOf({ candidates, rawPlate }: Pick<LaneCall, 'candidates' | 'rawPlate'>): readonly Choice[] {
  const isNew = rawPlate !== undefined && rawPlate !== '' && candidates.every(({ plate }) => plate !== rawPlate)
  return [...candidates, ...(isNew ? [{ plate: rawPlate }] : []), { plate: noPlate }]
}

/** What is due for a choice, in fen. */
export const dueOf = (call: Pick<LaneCall, 'dueFen' | 'direction'>, choice: Choice | undefined): number =>
  call.direction === 'in' ? 0 : (choice?.dueFen ?? call.dueFen ?? 0)

export type Waiver = 'none' | 'all' | 'part'

/** How much of `dueFen` is waived; `undefined` while the part is no amount that can be waived. */
export function waivedFen(waiver: Waiver, dueFen: number, partFen: number | undefined): number | undefined {
  if (waiver !== 'part') return waiver === 'all' ? dueFen : 0
  return partFen !== undefined && partFen <= dueFen ? partFen : undefined
}

interface Circumstances {
  readonly call: LaneCall
  readonly isMine: boolean
  readonly isLost: boolean
  readonly isGatewayOffline: boolean
  readonly isLaneOffline: boolean
}

/** Why the arm cannot be raised from here just now; `undefined` when it can. */
export function obstacleTo({ call, isMine, isLost, isGatewayOffline, isLaneOffline }: Circumstances) {
  if (isLost) return 'lost'
  if (call.state === 'ended') return call.outcome === 'expired' ? 'expired' : 'ended'
  if (call.state === 'answered' && !isMine) return 'taken'
  if (isGatewayOffline) return 'gateway'
  if (isLaneOffline) return 'lane'
  return call.state === 'ringing' ? 'ringing' : undefined
}
export type Obstacle = NonNullable<ReturnType<typeof obstacleTo>>
