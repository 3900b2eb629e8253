export interface AuditEntryRow {
  number: number
  day: string
  at: number
  actor: string
  action: string
  target: string | null
  compound_id: string | null
  address: string | null
  reason: string | null
  outcome: string
  details: string
  previous: string
  hash: string
}

/** One row that a writer of the audit log changes first, so that writers go one after the other. */
export interface AuditTurnRow {
  id: number
  turn: number
}

export interface AuditTables {
  audit_entries: AuditEntryRow
  audit_turn: AuditTurnRow
}
