import type { LaneCall } from '../../contract/index.ts'
import type { Publisher } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { raise } from './raise.ts'

export interface UnansweredCallsPorts {
  readonly db: Database
  readonly publisher: Publisher
}

/** Tells people of calls from lanes that nobody has taken: somebody stood there, and nobody came. */
export function createUnansweredCallsService({ db, publisher }: UnansweredCallsPorts) {
  return {
    onUnanswered: async (call: LaneCall): Promise<void> => {
      const { compoundId, laneId: deviceId, at, receivedAt, cause, direction, picture } = call
      await raise(db, (event, payload) => publisher.publish(event, compoundId, payload), {
        ...{ compoundId, deviceId, at, receivedAt, late: false },
        ...{ type: 'parking.help-requested', severity: 'major', details: { cause, direction, unanswered: true } },
        ...(picture !== undefined && { picture }),
      })
    },
  }
}
