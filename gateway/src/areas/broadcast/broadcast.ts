import { broadcastPriorities, type NewAreaEvent } from '@gatehouse/platform/contract'
import { AppError } from '../../errors.ts'
import { causeOf, originOf, type House, type SignalHandlers } from '../../core/house.ts'
import type { PlatformMessage } from '../../core/ports.ts'

type Announcement = Extract<PlatformMessage, { type: 'announce' }>

/** A speaker answers at once that it has taken the job; playing may take as long as it takes. */
const takenWithinMs = 5_000

/** Announcements: one job comes in, every speaker gets it, every speaker's progress goes out. */
export function createBroadcastArea(house: House) {
  const { store, clock, logger } = house

  const progress = (deviceId: string, body: ProgressBody): NewAreaEvent => ({
    type: 'broadcast.progress',
    at: clock.now(),
    deviceId,
    body,
  })

  async function speak({ broadcastId, text, priority, expiresAt }: Announcement, deviceId: string) {
    const args = { jobId: broadcastId, text, priority: broadcastPriorities.indexOf(priority) }
    const timeoutMs = Math.min(takenWithinMs, expiresAt - clock.now())
    try {
      await house.order({ deviceId, name: 'speak', args, timeoutMs })
    } catch (error) {
      const reason = (error instanceof AppError ? error.message : 'The gateway could not send it').slice(0, 200)
      logger.warn({ err: error, deviceId, broadcastId }, 'speaker did not take an announcement')
      await store.commit({ events: [progress(deviceId, { broadcastId, state: 'failed', reason })] })
    }
  }

  const signals: SignalHandlers = {
    'playback-changed': async ({ broadcastId, state, durationMs, reason }, context) => {
      const body = {
        broadcastId,
        state,
        ...(durationMs !== undefined && { durationMs }),
        ...(reason !== undefined && { reason }),
      }
      await store.commit({
        cause: causeOf(context),
        events: [{ type: 'broadcast.progress', ...originOf(context), body }],
      })
    },
  }

  return {
    signals,
    /** Sends a text to its speakers. Resolves when each has taken or refused it. */
    async announce(announcement: Announcement): Promise<void> {
      const { broadcastId, speakerIds } = announcement
      const { duplicate } = await store.commit({
        cause: `platform:announce/${broadcastId}`,
        events: speakerIds.map((deviceId) => progress(deviceId, { broadcastId, state: 'queued' })),
      })
      if (duplicate) return
      await Promise.all(speakerIds.map((deviceId) => speak(announcement, deviceId)))
    },
  }
}

type ProgressBody = Extract<NewAreaEvent, { type: 'broadcast.progress' }>['body']
