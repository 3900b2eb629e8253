import type { BacklogMoment, TelemetryLoss } from '../../contract/index.ts'
import type { Caller, Clock, ContinuitySink, Publisher } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { GatewayRow } from '../../database/tables.ts'
import { fromJson } from '../../database/values.ts'
import { gatewayNotFound } from '../../errors.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import * as repo from './continuity.repo.ts'
import { linesOf } from './gateway-lines.ts'
import { takeIn } from './intake.ts'
import type { OwnRoom } from './own-room.ts'
import { createRecordGaps } from './record-gaps.ts'

export interface ContinuityPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly gateways: Pick<GatewaysService, 'requireOwn' | 'idOf'>
  readonly devices: Pick<DevicesService, 'get'>
  readonly room: OwnRoom
}

const dayMs = 86_400_000
const lossesShownMs = 30 * dayMs

/** A loss goes into the same transaction as the record that tells of it. */
const handleLoss: RecordHandler = async (record, { db, gatewayId }) => {
  if (record.type !== 'telemetry.dropped') return
  const { count, from, to, reason } = record.body
  await repo.saveLoss(db, gatewayId, { count, from, to, reason })
}

/** What people ask about gateways: each sees those of their own area. */
function createReports({ db, clock, gateways, devices, room }: ContinuityPorts) {
  const recordGaps = createRecordGaps(db)
  const lines = (rows: readonly GatewayRow[]) => linesOf(db, recordGaps, rows)
  const look = ({ id, epoch, epoch_start: epochStart, last_seq: lastSeq }: GatewayRow) =>
    recordGaps.look(id, { epoch, epochStart, lastSeq })

  return {
    lines,
    look,

    async list(caller: Caller) {
      return { platform: await room.report(), gateways: await lines(await repo.gatewaysWithin(db, caller.scope)) }
    },

    async get(caller: Caller, gatewayId: string, page: repo.DevicePage) {
      await gateways.requireOwn(caller, gatewayId)
      const row = await repo.findGateway(db, gatewayId)
      if (row) await look(row)
      const [gateway] = row ? await lines([row]) : []
      if (!gateway) throw gatewayNotFound(gatewayId)
      const report = await repo.findReport(db, gatewayId)
      const now = clock.now()
      return {
        gateway,
        history: report ? (fromJson(report.history) as BacklogMoment[]) : [],
        losses: await repo.lossesOf(db, gatewayId, { from: now - lossesShownMs, to: now + dayMs }),
        ...(await repo.devicesOf(db, gatewayId, page)),
      }
    },

    async losses(caller: Caller, deviceId: string, span: { from: number; to: number }): Promise<TelemetryLoss[]> {
      const { compoundId } = await devices.get(caller, deviceId)
      const gatewayId = await gateways.idOf(compoundId)
      return gatewayId === undefined ? [] : repo.lossesOf(db, gatewayId, span)
    },
  }
}

/** What waits, what is missing and what is known of it since when: of every gateway and of the platform itself. */
export function createContinuityService(ports: ContinuityPorts) {
  const { db, clock, publisher, room } = ports
  const { lines, look, ...reports } = createReports(ports)
  /** Gateways of which consoles are to hear at the next flush. */
  const changed = new Set<string>()

  const sink: ContinuitySink = {
    async take(gatewayId, message) {
      await takeIn(db, message, { gatewayId, now: clock.now() })
      changed.add(gatewayId)
    },
  }

  return {
    ...reports,
    sink,
    handle: handleLoss,

    /** Its connection came or went. */
    touched: (gatewayId: string) => void changed.add(gatewayId),

    /** Tells consoles what has changed; to be called every ten seconds. */
    async flush(): Promise<void> {
      const ids = [...changed]
      changed.clear()
      for (const gatewayId of ids) {
        const row = await repo.findGateway(db, gatewayId)
        const [line] = row ? await lines([row]) : []
        if (line) publisher.publish('continuity:changed', line.compoundId, line)
      }
    },

    /** Looks through the records that have come since the last look; to be called once a minute. */
    async check(): Promise<void> {
      await room.sample()
      for (const row of await repo.gatewaysWithin(db, '')) await look(row)
    },

    /** For whoever measures. */
    measure: async () => ({ freeBytes: await room.freeBytes(), lines: await lines(await repo.gatewaysWithin(db, '')) }),
  }
}

export type ContinuityService = ReturnType<typeof createContinuityService>
