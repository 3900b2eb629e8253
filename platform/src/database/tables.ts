import type { AuditTables } from './audit-tables.ts'
import type { CredentialTables } from './credential-tables.ts'
import type { ParkingTables } from './parking-tables.ts'
import type { PaymentTables } from './payment-tables.ts'
import type { PeopleTables } from './people-tables.ts'

/**
 * Rows as both databases hold them: times are UTC milliseconds, truth values 0 or 1, JSON is text.
 * `null` is "there is none".
 */
export interface CompoundRow {
  id: string
  name: string
  path: string
  plan: string | null
}

export interface GatewayRow {
  id: string
  compound_id: string
  secret_hash: string
  online: number
  online_changed_at: number | null
  /** When the connection was last lost; devices that fell silent around then are no news. */
  outage_from: number | null
  last_seen_at: number | null
  /** Rises when the gateway comes back without its memory and counts from one again. */
  epoch: number
  /** Numbers up to here belong to earlier epochs. */
  epoch_start: number
  /** Changes when the gateway's numbers come to mean other records. */
  outbox_id: string | null
  last_seq: number
  backlog: number
  clock_offset_ms: number | null
  version: string | null
  /** Since then it signs in with certificates, and its secret no longer counts. */
  enrolled_at: number | null
  /** Tokens issued before this moment are void. */
  tokens_from: number | null
}

export interface CertificateAuthorityRow {
  id: string
  certificate: string
  sealed_key: string
  created_at: number
}

export interface GatewayCertificateRow {
  serial: string
  gateway_id: string
  issued_by: string
  issued_at: number
  expires_at: number
  /** When the gateway first used a newer one. */
  superseded_at: number | null
  revoked_at: number | null
  revoked_by: string | null
  reason: string | null
}

export interface EnrolmentCodeRow {
  /** Derived from the code, which is not kept. */
  id: string
  gateway_id: string
  /** What checks requests made with the code. */
  sealed_key: string
  created_by: string
  expires_at: number
  failures: number
}

export interface DesiredRevisionRow {
  compound_id: string
  area: string
  revision: number
  changed_at: number
}

export interface DesiredAppliedRow {
  compound_id: string
  area: string
  revision: number
  failed: string
  at: number
}

export interface DeviceRow {
  id: string
  compound_id: string
  kind: string
  name: string
  place: string
  x: number | null
  y: number | null
  secret_hash: string | null
  /** AES-256-GCM, for what we must present ourselves. */
  secret_sealed: string | null
  address: string | null
  username: string | null
  settings: string
  online: number
  online_changed_at: number | null
  /** Whether the present absence has been told to people. */
  absence_told: number
  capabilities: string
  readings: string
  readings_at: number | null
}

export interface AreaEventRow {
  gateway_id: string
  epoch: number
  seq: number
  type: string
  at: number
  received_at: number
  device_id: string | null
  late: number
  body: string
  /** Why the record could not be understood; it is kept as it came. */
  problem: string | null
}

export interface CommandRow {
  id: string
  device_id: string
  compound_id: string
  name: string
  args: string
  sent_by: string
  reason: string | null
  alert_id: string | null
  state: string
  sent_at: number
  expires_at: number
  ended_at: number | null
  code: string | null
  message: string | null
  data: string | null
}

export interface AlertRow {
  id: string
  compound_id: string
  device_id: string | null
  type: string
  severity: string
  state: string
  at: number
  received_at: number
  late: number
  picture: string | null
  details: string
  acknowledged_by: string | null
  acknowledged_at: number | null
  resolved_by: string | null
  resolved_at: number | null
}

export interface AlertNoteRow {
  id: string
  alert_id: string
  at: number
  written_by: string
  text: string
}

export interface PermitRow {
  compound_id: string
  plate: string
  kind: string
  holder: string
  valid_from: number | null
  valid_until: number | null
  /** The last time in which it had ended and was not yet renewed. */
  lapse_from: number | null
  lapse_to: number | null
  /** Permits of one group share `spaces`. */
  group_id: string | null
  spaces: number | null
  /** JSON; `null`: every lane. */
  lane_ids: string | null
}

export interface PassageRow {
  id: string
  compound_id: string
  device_id: string
  at: number
  late: number
  direction: string
  raw_plate: string
  matched_plate: string | null
  decision: string
  rule: string
  reason: string
  picture: string | null
  distance: number | null
  session_id: string | null
  due_fen: number | null
  event_id: string | null
}

export interface PersonRow {
  compound_id: string
  person_id: string
  name: string
  household: string
  face_id: string | null
  consent_version: string | null
  cards: string
  valid_until: number | null
}

export interface AccessEntryRow {
  id: string
  compound_id: string
  device_id: string
  at: number
  late: number
  method: string
  decision: string
  rule: string
  person_id: string | null
  picture: string | null
}

export interface BroadcastRow {
  id: string
  compound_id: string
  text: string
  priority: string
  reason: string | null
  started_by: string
  at: number
}

export interface BroadcastSpeakerRow {
  broadcast_id: string
  device_id: string
  state: string
  at: number
  duration_ms: number | null
  reason: string | null
}

export interface MediaRow {
  sha256: string
  compound_id: string
  gateway_id: string
  content_type: string
  bytes: number
  stored_at: number
}

export interface GatewayContinuityRow {
  gateway_id: string
  /** By our clock. */
  reported_at: number
  figures: string
  history: string
}

export interface DeviceContinuityRow {
  gateway_id: string
  device_id: string
  reported_at: number
  last_message_at: number | null
  gaps: number
  missing: number
  last_gap_at: number | null
  reports: string | null
  events: string | null
}

export interface TelemetryLossRow {
  gateway_id: string
  from_at: number
  to_at: number
  count: number
  reason: string
}

export interface Tables extends PeopleTables, AuditTables, CredentialTables, ParkingTables, PaymentTables {
  certificate_authorities: CertificateAuthorityRow
  gateway_certificates: GatewayCertificateRow
  enrolment_codes: EnrolmentCodeRow
  compounds: CompoundRow
  gateways: GatewayRow
  gateway_continuity: GatewayContinuityRow
  device_continuity: DeviceContinuityRow
  telemetry_losses: TelemetryLossRow
  desired_revisions: DesiredRevisionRow
  desired_applied: DesiredAppliedRow
  devices: DeviceRow
  area_events: AreaEventRow
  commands: CommandRow
  alerts: AlertRow
  alert_notes: AlertNoteRow
  permits: PermitRow
  passages: PassageRow
  people: PersonRow
  access_entries: AccessEntryRow
  broadcasts: BroadcastRow
  broadcast_speakers: BroadcastSpeakerRow
  media: MediaRow
}
