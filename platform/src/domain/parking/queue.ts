export interface QueueRule {
  readonly queueCars: number
  readonly queueSeconds: number
}

export interface QueueSight {
  /** Cars read at the entrance that have neither passed nor turned round. */
  readonly waiting: number
  /** Since when the loop is occupied without a break, UTC ms. */
  readonly occupiedSince?: number | undefined
  readonly now: number
}

/** Whether an entrance is about to block the road. */
export function isQueue({ waiting, occupiedSince, now }: QueueSight, { queueCars, queueSeconds }: QueueRule): boolean {
  if (waiting >= queueCars) return true
  return occupiedSince !== undefined && now - occupiedSince >= queueSeconds * 1000
}
