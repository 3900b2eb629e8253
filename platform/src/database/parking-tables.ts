/** Rows of parking: times are UTC milliseconds, money is fen, JSON is text. */
export interface ParkingSessionRow {
  /** `<deviceId>/<eventId of the read at the entry>`: the same however often the gateway tells of it. */
  session_id: string
  compound_id: string
  /** As matched; empty for a car without a plate. */
  plate: string
  raw_plate: string
  vehicle_class: string
  right_kind: string
  /** `inside`, `closed` or `ghost`. */
  state: string
  entry_lane_id: string
  entered_at: number
  entry_picture: string | null
  exit_lane_id: string | null
  left_at: number | null
  exit_picture: string | null
  tariff_version: number | null
  fee_fen: number
  paid_fen: number
  waived_fen: number
  debt_fen: number
  note: string | null
}

/** The end of a stay whose beginning has not been told yet. */
export interface ParkingClosingRow {
  session_id: string
  compound_id: string
  lane_id: string | null
  body: string
}

/** What plates of sessions end with, to find any part of a plate by an index. */
export interface PlateEndingRow {
  /** Four hexadecimal digits for each character: sorts alike in every collation. */
  ending: string
  plate: string
}

export interface ParkingRulesRow {
  compound_id: string
  capacity: number | null
  policy: string
  lanes: string
  /** JSON; nothing is renewed without it. */
  monthly: string | null
}

/** A permit was made longer by an order, once. */
export interface PermitRenewalRow {
  order_id: string
  compound_id: string
  plate: string
  months: number
  /** Its end before and after. */
  before_until: number
  valid_until: number
  at: number
}

/** Only grows: a stay is priced by the version in force when it began. */
export interface ParkingTariffRow {
  compound_id: string
  version: number
  tariff: string
  valid_from: number
}

/** What was told last of a lane. */
export interface ParkingLaneRow {
  lane_id: string
  compound_id: string
  queue_since: number | null
  queue_cars: number
  queue_told_at: number
}

/** A car that has to pay at an exit: it rings when it has waited long enough. */
export interface LaneWaitRow {
  lane_id: string
  compound_id: string
  /** By our clock. */
  ring_at: number
  /** The call that it becomes, JSON. */
  body: string
}

export interface LaneCallRow {
  call_id: string
  compound_id: string
  lane_id: string
  direction: string
  cause: string
  state: string
  at: number
  received_at: number
  /** By our clock: the last time that somebody pressed, or a car was seen to wait. */
  sign_at: number
  raw_plate: string | null
  picture: string | null
  reason: string | null
  session_id: string | null
  due_fen: number | null
  /** Plates, JSON. */
  candidates: string
  answered_by: string | null
  answered_at: number | null
  ended_at: number | null
  outcome: string | null
}

export interface LaneRaiseRow {
  raise_id: string
  compound_id: string
  lane_id: string
  call_id: string | null
  command_id: string
  raised_by: string
  at: number
  reason: string
  note: string | null
  plate: string
  session_id: string | null
  due_fen: number
  waived_fen: number
  /** Snapshots that were asked for; their pictures come with the results. */
  before_command: string | null
  after_command: string | null
  /** When the lane is to be looked at again. */
  look_at: number | null
  picture_before: string | null
  picture_after: string | null
  reviewed_by: string | null
  reviewed_at: number | null
  verdict: string | null
  review_note: string | null
}

export interface ParkingTicketRow {
  ticket_id: string
  compound_id: string
  kind: string
  state: string
  plate: string | null
  place: string
  lane_id: string | null
  picture: string | null
  opened_at: number
  opened_by: string
  /** `deviceId/eventId` of the event that opened it. */
  source: string | null
  closed_at: number | null
  closed_by: string | null
  note: string | null
}

export interface ParkingTables {
  parking_sessions: ParkingSessionRow
  parking_closings: ParkingClosingRow
  plate_endings: PlateEndingRow
  parking_rules: ParkingRulesRow
  permit_renewals: PermitRenewalRow
  parking_tariffs: ParkingTariffRow
  parking_lanes: ParkingLaneRow
  lane_waits: LaneWaitRow
  lane_calls: LaneCallRow
  lane_raises: LaneRaiseRow
  parking_tickets: ParkingTicketRow
}
