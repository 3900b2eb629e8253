import type { AreaEventBody } from '@gatehouse/platform/contract'
import type { Draft } from './draft.ts'
import { present } from './present.ts'
import type { PastStay, Stay } from './stay.ts'

type Closed = AreaEventBody<'parking.session-closed'>
/** What a stay costs, and what of that was paid, fen. */
export type Settlement = Pick<Closed, 'tariffVersion' | 'feeFen' | 'paidFen' | 'waivedFen' | 'debtFen'>

/** What ends a stay, as far as it matters for its price. */
export interface StayEnd {
  /** UTC ms of the exit read. */
  readonly at: number
  readonly laneId: string
  /** Let off at the lane. */
  readonly waivedFen: number
}
export type Settle = (stay: Stay, end: StayEnd) => Settlement

export interface Circumstances {
  readonly waivedFen?: number
  /** Why it ended as it did, where that is not obvious. */
  readonly note?: string
  /** Where it has left; nothing for a ghost. */
  readonly exit?: {
    readonly laneId: string
    readonly picture?: string | undefined
    readonly isLate: boolean
  }
}

/** Nobody knows when it left: nothing can be charged. What was paid stays paid. */
const ghostSettlement = ({ paidFen, waivedFen }: Settlement): Settlement => ({
  ...{ feeFen: 0, paidFen, waivedFen, debtFen: 0 },
})

/** What the platform is told of stays. */
export const createStayEvents = (settle: Settle) => ({
  opened(draft: Draft, stay: Stay, isLate: boolean) {
    const { sessionId, plate, rawPlate, vehicleClass, right, enteredAt, laneId, picture } = stay
    const body = { sessionId, plate, rawPlate, vehicleClass, right, enteredAt }
    draft.tell({
      type: 'parking.session-opened',
      ...{ at: enteredAt, deviceId: laneId, ...(isLate && { late: true }) },
      body: { ...body, ...present({ picture }) },
    })
  },

  closed(draft: Draft, { stay, leftAt, outcome }: PastStay, { waivedFen = 0, note, exit }: Circumstances) {
    const laneId = exit?.laneId ?? stay.laneId
    const settled = settle(stay, { at: leftAt, laneId, waivedFen })
    draft.tell({
      type: 'parking.session-closed',
      ...{ at: leftAt, deviceId: laneId, ...(exit?.isLate && { late: true }) },
      body: {
        ...{ sessionId: stay.sessionId, outcome, leftAt },
        ...(outcome === 'left' ? settled : ghostSettlement(settled)),
        ...present({ note, picture: exit?.picture }),
      },
    })
  },
})

export type StayEvents = ReturnType<typeof createStayEvents>
