import type { CommandData } from '../../core/house.ts'
import { AppError, commandExpired } from '../../errors.ts'
import { Draft } from './draft.ts'
import type { Car } from './lane-state.ts'
import { withoutOpening } from './lanes.ts'
import type { Lot } from './lot.ts'

interface Opening {
  readonly laneId: string
  readonly commandId: string
  /** UTC ms. */
  readonly expiresAt: number
  /** On disk already as one that the arm opens for. */
  readonly car: Car
}

/** Whether the arm may have moved all the same. */
const isUncertain = (error: unknown) => error instanceof AppError && error.code === 'DEVICE_TIMEOUT'

async function takeBack({ house, lanes }: Lot, { laneId, car }: Opening) {
  const draft = new Draft()
  lanes.change(draft, laneId, withoutOpening(lanes.of(laneId).state, car))
  await draft.commit(house.store)
}

/** Opens as the platform has ordered. Rejects with a coded error when the arm does not open, or not in time. */
export async function openAsOrdered(lot: Lot, opening: Opening): Promise<CommandData> {
  const { laneId, commandId, expiresAt } = opening
  const timeoutMs = expiresAt - lot.house.clock.now()
  try {
    if (timeoutMs <= 0) throw commandExpired(commandId)
    return await lot.house.order({ deviceId: laneId, name: 'open', timeoutMs })
  } catch (error) {
    if (!isUncertain(error)) await lot.lanes.of(laneId).turns.run(() => takeBack(lot, opening))
    throw error
  }
}
