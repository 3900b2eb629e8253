import type { ParkingTicket } from '../../contract/index.ts'
import { orderedId } from '../../core/ordered-id.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import { deviceNotFound, ticketClosed, ticketNotFound } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import * as repo from './tickets.repo.ts'

export interface TicketsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly compounds: CompoundsService
  readonly devices: DevicesService
}

type Report = Pick<ParkingTicket, 'kind' | 'plate' | 'place' | 'laneId' | 'picture' | 'note'>
interface Closing {
  readonly state: 'cleared' | 'dismissed'
  readonly note?: string
}

/** Cars that stand where they must not. */
export function createTicketsService({ db, clock, compounds, devices }: TicketsPorts) {
  async function refuseStranger(caller: Caller, compoundId: string, laneId: string) {
    const lane = await devices.get(caller, laneId)
    if (lane.compoundId !== compoundId) throw deviceNotFound(laneId)
  }

  /** A lane that reports itself blocked; while a ticket is open it need not say so again. */
  const handle: RecordHandler = async (record, { db: tx, compoundId }) => {
    if (record.type !== 'parking.lane-anomaly' || record.body.kind !== 'blocked') return
    const { deviceId: laneId, at } = record
    if (laneId === undefined || (await repo.hasOpenTicket(tx, compoundId, laneId))) return
    const { eventId, plate, picture } = record.body
    const ticket: ParkingTicket = {
      ...{ ticketId: orderedId(clock.now()), compoundId, kind: 'blocked-lane', state: 'open', laneId },
      ...{ place: laneId, openedAt: at, openedBy: 'system' },
      ...(plate !== undefined && { plate }),
      ...(picture !== undefined && { picture }),
    }
    await repo.insertTicket(tx, ticket, `${laneId}/${eventId}`)
  }

  return {
    handle,

    list: (caller: Caller, filter: Omit<repo.TicketFilter, 'scope' | 'limit'> & { readonly limit?: number }) =>
      repo.listTickets(db, { limit: 100, ...filter, scope: caller.scope }),

    async open(caller: Caller, compoundId: string, report: Report): Promise<ParkingTicket> {
      await compounds.get(caller, compoundId)
      if (report.laneId !== undefined) await refuseStranger(caller, compoundId, report.laneId)
      const now = clock.now()
      const ticket: ParkingTicket = {
        ...report,
        ...{ ticketId: orderedId(now), compoundId, state: 'open', openedAt: now, openedBy: caller.username },
      }
      await repo.insertTicket(db, ticket, null)
      return ticket
    },

    async close(caller: Caller, ticketId: string, { state, note }: Closing): Promise<ParkingTicket> {
      const before = await repo.findTicket(db, ticketId, caller.scope)
      if (!before) throw ticketNotFound(ticketId)
      const said = [before.note, note].filter((text) => text !== undefined && text !== '').join('\n')
      const closed = await repo.closeTicket(db, ticketId, {
        ...{ state, closed_at: clock.now(), closed_by: caller.username },
        ...(said !== '' && { note: said.slice(0, 500) }),
      })
      if (!closed) throw ticketClosed()
      return closed
    },
  }
}

export type TicketsService = ReturnType<typeof createTicketsService>
