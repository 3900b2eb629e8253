import type { Metrics } from '../../core/metrics.ts'
import type { Caller, Clock, Publisher } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import { createLaneRecords } from './lane-records.ts'
import { createLotNews } from './lot-news.ts'
import { createLotsService } from './lots.service.ts'
import * as passages from './passages.repo.ts'
import { createPermitsService } from './permits.service.ts'
import { createRenewalsService } from './renewals.service.ts'
import { createReportService } from './report.service.ts'
import { createRulesService } from './rules.service.ts'
import { createSessionRecords } from './session-records.ts'
import { createSessionsService, type CreditsPort } from './sessions.service.ts'
import { createTicketsService } from './tickets.service.ts'
import { createWhatIfService } from './what-if.service.ts'

export interface ParkingPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly metrics: Metrics
  readonly compounds: CompoundsService
  readonly devices: DevicesService
  readonly desired: DesiredService
  readonly credits: CreditsPort
  readonly timeZone: string
}

type PassageFilter = Omit<passages.PassageFilter, 'scope' | 'limit'> & { readonly limit?: number }

/** The parking of all compounds: who may come in, who is inside, what it costs. */
export function createParkingService(ports: ParkingPorts) {
  const { db, publisher, metrics } = ports
  const lots = createLotsService(ports)
  const news = createLotNews({ publisher, viewOf: lots.view })
  const sessions = createSessionsService(ports)
  const tickets = createTicketsService(ports)
  const handlers = [createLaneRecords(news), createSessionRecords({ sessions, metrics }), tickets.handle]
  const handle: RecordHandler = async (record, context) => {
    for (const each of handlers) await each(record, context)
  }

  return {
    ...{ handle, lots, sessions, tickets },
    /** Tells consoles of lots that have changed; to be called every second. */
    flush: () => news.flush(),
    permits: createPermitsService(ports),
    renewals: createRenewalsService(ports),
    rules: createRulesService(ports),
    reports: createReportService(ports),
    whatIfs: createWhatIfService(ports),
    passages: (caller: Caller, filter: PassageFilter) =>
      passages.listPassages(db, { limit: 100, ...filter, scope: caller.scope }),
  }
}

export type ParkingService = ReturnType<typeof createParkingService>
