import type { AreaEventBody } from '@gatehouse/platform/contract'
import { exitsToOpen } from '@gatehouse/platform/domain'
import { AppError } from '../../errors.ts'
import { delay } from '../../core/retry.ts'
import { causeOf, textSetting, type House, type SignalHandlers } from '../../core/house.ts'
import type { SignalContext } from '../../core/signals.ts'

type Results = AreaEventBody<'linkage.exits-opened'>['results']

interface ExitDevice {
  readonly deviceId: string
  readonly building: string | undefined
  readonly holdOpen: string
}

/** A device that has not answered by then counts as not open: people must be sent there. */
const openWithinMs = 3_000
/** A device that could not be opened is tried again: it may come back while the building still burns. */
const attempts = 5

/** One trigger opens the way out, at the edge, at once. */
export function createLinkageArea(house: House): { readonly signals: SignalHandlers } {
  const { store, devices, logger } = house
  /** Triggers that are being handled: a repeated message must not start them again. */
  const running = new Set<string>()

  async function holdOpen({ deviceId, holdOpen: name }: ExitDevice): Promise<Results[number]> {
    try {
      await house.order({ deviceId, name, timeoutMs: openWithinMs })
      return { deviceId, ok: true }
    } catch (error) {
      logger.error({ err: error, deviceId }, 'exit could not be opened')
      return { deviceId, ok: false, code: error instanceof AppError ? error.code.slice(0, 64) : 'INTERNAL' }
    }
  }

  async function openExits(context: SignalContext) {
    const building = textSetting(devices.get(context.deviceId), 'building')
    const exits = exitsToOpen(building, exitsOf(house))
    logger.warn({ trigger: context.deviceId, exits: exits.length }, 'opening all exits')
    const results = await Promise.all(exits.map((exit) => holdOpen(exit)))
    const failed = new Set(results.filter(({ ok }) => !ok).map(({ deviceId }) => deviceId))
    await tell(context, results, failed.size > 0)
    await retry(exits.filter(({ deviceId }) => failed.has(deviceId)))
  }

  async function retry(failed: readonly ExitDevice[]) {
    let remaining = failed
    for (let attempt = 1; attempt < attempts && remaining.length > 0; attempt += 1) {
      await delay(openWithinMs, house.stopping)
      if (house.stopping.aborted) return
      const results = await Promise.all(remaining.map((exit) => holdOpen(exit)))
      remaining = remaining.filter((_exit, index) => results[index]?.ok !== true)
    }
  }

  async function tell(context: SignalContext, results: Results, isIncomplete: boolean) {
    const { deviceId: trigger, at } = context
    const building = textSetting(devices.get(trigger), 'building')?.slice(0, 64)
    const body = { trigger, results: results.slice(0, 1000), ...(building !== undefined && { building }) }
    const origin = { at, deviceId: trigger }
    await store.commit({
      cause: `${causeOf(context)}#linkage`,
      events: [
        { type: 'linkage.exits-opened', ...origin, body },
        ...(isIncomplete ? [{ type: 'linkage.incomplete', ...origin, body } as const] : []),
      ],
    })
  }

  return {
    signals: {
      // Acts before anything that may block, and does not keep the detector waiting for its acknowledgement.
      'alarm-raised': async ({ opensExits }, context) => {
        const cause = causeOf(context)
        if (!opensExits || context.replayed || running.has(cause)) return
        running.add(cause)
        const opening = openExits(context)
          .catch((error: unknown) => logger.error({ err: error, trigger: context.deviceId }, 'linkage not recorded'))
          .finally(() => running.delete(cause))
        house.background.add(opening)
      },
    },
  }
}

function exitsOf({ devices }: House): ExitDevice[] {
  return Array.from(devices.values()).flatMap((device) => {
    const { exit } = device.driver
    if (!exit) return []
    const { deviceId } = device.desired
    return [{ deviceId, building: textSetting(device, 'building'), holdOpen: exit.holdOpen }]
  })
}
