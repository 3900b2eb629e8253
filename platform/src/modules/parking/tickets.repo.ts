import type { ParkingTicket, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { ParkingTicketRow } from '../../database/parking-tables.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { present } from '../../database/values.ts'

export const toTicket = (row: ParkingTicketRow): ParkingTicket => ({
  ticketId: row.ticket_id,
  compoundId: row.compound_id,
  kind: row.kind as ParkingTicket['kind'],
  state: row.state as ParkingTicket['state'],
  place: row.place,
  openedAt: row.opened_at,
  openedBy: row.opened_by,
  ...present({
    plate: row.plate,
    laneId: row.lane_id,
    picture: row.picture,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    note: row.note,
  }),
})

/** Opens a ticket; the same event opens one only once. */
export async function insertTicket(db: Database, ticket: ParkingTicket, source: string | null): Promise<void> {
  await db
    .insertInto('parking_tickets')
    .values({
      ticket_id: ticket.ticketId,
      compound_id: ticket.compoundId,
      kind: ticket.kind,
      state: ticket.state,
      plate: ticket.plate ?? null,
      place: ticket.place,
      lane_id: ticket.laneId ?? null,
      picture: ticket.picture ?? null,
      opened_at: ticket.openedAt,
      opened_by: ticket.openedBy,
      source,
      note: ticket.note ?? null,
    })
    .onConflict((conflict) => conflict.column('source').doNothing())
    .execute()
}

/** Whether the lane is known to be blocked. */
export async function hasOpenTicket(db: Database, compoundId: string, laneId: string): Promise<boolean> {
  const row = await db
    .selectFrom('parking_tickets')
    .select('ticket_id')
    .where('compound_id', '=', compoundId)
    .where('lane_id', '=', laneId)
    .where('kind', '=', 'blocked-lane')
    .where('state', '=', 'open')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export interface TicketFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly state?: ParkingTicket['state'] | undefined
  readonly limit: number
}

export async function listTickets(db: Database, filter: TicketFilter): Promise<ParkingTicket[]> {
  let query = db.selectFrom('parking_tickets').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (filter.compoundId !== undefined) query = query.where('compound_id', '=', filter.compoundId)
  if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  const rows = await query.orderBy('opened_at', 'desc').orderBy('ticket_id', 'desc').limit(filter.limit).execute()
  return rows.map(toTicket)
}

export async function findTicket(db: Database, ticketId: string, scope: Scope): Promise<ParkingTicket | undefined> {
  const row = await db
    .selectFrom('parking_tickets')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()
  return row && toTicket(row)
}

/** Of two people who press at once, one is too late: then nothing comes back. */
export async function closeTicket(
  db: Database,
  ticketId: string,
  end: Pick<ParkingTicketRow, 'state' | 'closed_at' | 'closed_by'> & Partial<Pick<ParkingTicketRow, 'note'>>,
): Promise<ParkingTicket | undefined> {
  const row = await db
    .updateTable('parking_tickets')
    .set(end)
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'open')
    .returningAll()
    .executeTakeFirst()
  return row && toTicket(row)
}
