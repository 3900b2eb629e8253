import { AppError } from '../errors.ts'
import { causeOf, type CommandArgs, type House } from './house.ts'
import type { SignalContext } from './signals.ts'

interface Opening {
  readonly context: SignalContext
  readonly args: CommandArgs
  readonly timeoutMs: number
}

/** A car in front of a broken arm is read again and again; people need to hear of it only now and then. */
const tellAgainMs = 10 * 60_000

/** Opens what somebody stands in front of, and tells people when it stays shut. */
export function createOpener(house: House) {
  const { store, clock, logger } = house
  const toldAt = new Map<string, number>()

  async function tell({ context }: Opening, error: unknown) {
    const { deviceId } = context
    const now = clock.now()
    if (now - (toldAt.get(deviceId) ?? -Infinity) < tellAgainMs) return
    toldAt.set(deviceId, now)
    const { code, message } = describe(error)
    const body = { name: 'open', code, message, cause: causeOf(context) }
    await store
      .commit({ events: [{ type: 'devices.command-failed', at: now, deviceId, body }] })
      .catch((failure: unknown) => logger.error({ err: failure, deviceId }, 'failed order not stored'))
  }

  /** Resolves with whether the device has opened. */
  async function open(opening: Opening): Promise<boolean> {
    const { context, args, timeoutMs } = opening
    const { deviceId } = context
    try {
      await house.order({ deviceId, name: 'open', args, timeoutMs })
      toldAt.delete(deviceId)
      return true
    } catch (error) {
      logger.warn({ err: error, deviceId, name: 'open' }, 'device did not open')
      // A gateway that stops does not know; it will see the car again.
      if (!house.stopping.aborted) await tell(opening, error)
      return false
    }
  }

  return (opening: Opening): Promise<boolean> => {
    const opened = open(opening)
    house.background.add(opened)
    return opened
  }
}

export type Opener = ReturnType<typeof createOpener>

const describe = (error: unknown) =>
  error instanceof AppError
    ? { code: error.code.slice(0, 64), message: error.message.slice(0, 300) }
    : { code: 'INTERNAL', message: 'The gateway could not carry out the order; see its log' }
