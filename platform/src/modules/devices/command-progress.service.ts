import type { CommandProgress, Publisher } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import * as repo from './commands.repo.ts'

export interface CommandProgressPorts {
  readonly db: Database
  readonly publisher: Publisher
  readonly gateways: GatewaysService
}

function outcome(ok: boolean, code: string | undefined) {
  if (ok) return 'done'
  return code === 'COMMAND_EXPIRED' ? 'expired' : 'failed'
}

/** What gateways tell of commands. */
export function createCommandProgressService({ db, publisher, gateways }: CommandProgressPorts) {
  const handle: RecordHandler = async (record, context) => {
    if (record.type !== 'devices.command-result') return
    const { commandId, ok, code, message, data } = record.body
    const entry = await repo.stepCommand(
      context.db,
      { commandId, compoundId: context.compoundId },
      // An answer after the deadline is still the truth about what the device did.
      { from: ['sent', 'accepted', 'expired'], to: outcome(ok, code), endedAt: record.at, code, message, data },
    )
    if (entry) context.publish('command:changed', entry)
  }

  const progress: CommandProgress = {
    async accepted(gatewayId, commandId) {
      const compoundId = await gateways.compoundIdOf(gatewayId)
      if (compoundId === undefined) return
      const entry = await repo.stepCommand(db, { commandId, compoundId }, { from: ['sent'], to: 'accepted' })
      if (entry) publisher.publish('command:changed', compoundId, entry)
    },
  }

  return { handle, progress }
}
