/** People who sign in; rows as `tables.ts` explains them. */
export interface UserRow {
  username: string
  name: string
  role: string
  scope: string
  password_hash: string
  disabled: number
  /** Set by somebody else: has to be changed first. */
  password_temporary: number
  /** Secret of the second factor, AES-256-GCM. */
  totp_sealed: string | null
  /** A second factor that is being set up: not asked for before its first code. */
  totp_pending_sealed: string | null
  /** Number of the 30 seconds whose code was used last: none is good twice. */
  totp_last_step: number | null
  last_sign_in_at: number | null
}

export interface SessionRow {
  /** SHA-256 of the token; the token itself is only in the cookie. */
  token_hash: string
  /** The name by which people speak of it. */
  id: string
  username: string
  address: string
  user_agent: string
  created_at: number
  last_used_at: number
  /** Whatever its use. */
  ends_at: number
}

export interface SignInFailureRow {
  /** `account:<name>`, `address:<ip>`, `device:<known browser>:<name>` or `again:<name>`. */
  subject: string
  failures: number
  last_at: number
  locked_until: number
}

export interface RecoveryCodeRow {
  username: string
  code_hash: string
}

/** A browser in which somebody has signed in before. */
export interface KnownDeviceRow {
  token_hash: string
  username: string
  last_at: number
}

export interface ApprovalRow {
  id: string
  action: string
  target: string
  /** Whoever covers it may approve. */
  scope: string
  facts: string
  reason: string
  requested_by: string
  requested_at: number
  expires_at: number
  /** What is to be carried out, AES-256-GCM; gone once it was decided. */
  sealed: string | null
  hash: string
  state: string
  decided_by: string | null
  decided_at: number | null
  decision_reason: string | null
  failure: string | null
}

export interface PeopleTables {
  users: UserRow
  sessions: SessionRow
  sign_in_failures: SignInFailureRow
  recovery_codes: RecoveryCodeRow
  known_devices: KnownDeviceRow
  approvals: ApprovalRow
}
