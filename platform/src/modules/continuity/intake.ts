import type { BacklogMoment } from '../../contract/index.ts'
import type { ContinuityMessage } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { fromJson, toJson } from '../../database/values.ts'
import * as repo from './continuity.repo.ts'
import { deviceByOurClock, figuresByOurClock, offsetOf } from './gateway-clock.ts'

const historyEveryMs = 5 * 60_000
const dayMs = 86_400_000

/** A moment of every five minutes of the last day. */
function withMoment(history: readonly BacklogMoment[], moment: BacklogMoment): readonly BacklogMoment[] {
  const last = history.at(-1)
  if (last && moment.at - last.at < historyEveryMs && moment.at >= last.at) return history
  return [...history.filter(({ at }) => at > moment.at - dayMs && at < moment.at), moment]
}

/** Writes down what a gateway has told, all of one message or nothing. */
export async function takeIn(
  db: Database,
  message: ContinuityMessage,
  { gatewayId, now }: { readonly gatewayId: string; readonly now: number },
): Promise<void> {
  const offset = offsetOf(message.clock, now)
  const { figures } = message
  await db.transaction().execute(async (tx) => {
    if (figures) {
      const before = await repo.findReport(tx, gatewayId)
      const history: readonly BacklogMoment[] = before ? fromJson(before.history) : []
      const moment = { at: now, backlog: figures.outbox.backlog, waitingBytes: figures.telemetry.waitingBytes }
      await repo.saveReport(tx, {
        ...{ gateway_id: gatewayId, reported_at: now },
        figures: toJson(figuresByOurClock(figures, offset)),
        history: toJson(withMoment(history, moment)),
      })
    }
    const told = message.devices.map((device) => deviceByOurClock(device, offset))
    await repo.saveDevices(tx, { gatewayId, now }, told)
  })
}
