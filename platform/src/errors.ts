/** An error the caller may see. `code` is part of the contract; the message tells a person what to do. */
export class AppError extends Error {
  readonly code: string
  readonly statusCode: number

  constructor(code: string, statusCode: number, message: string) {
    super(message)
    this.name = code
    this.code = code
    this.statusCode = statusCode
  }
}

export const invalidConfiguration = (problems: string) =>
  new AppError('INVALID_CONFIGURATION', 500, `The configuration is not usable: ${problems}`)
export const internalError = () =>
  new AppError('INTERNAL', 500, 'Something went wrong here; try again, then tell your administrator')
export const invalidInput = (problem: string) => new AppError('INVALID_INPUT', 400, problem)
export const tooLarge = () => new AppError('TOO_LARGE', 413, 'This is more than can be taken at once; send less')
export const routeNotFound = () => new AppError('NOT_FOUND', 404, 'There is nothing at this address')
export const tooManyRequests = () => new AppError('TOO_MANY_REQUESTS', 429, 'Too many requests; wait a minute')

export const notSignedIn = () => new AppError('NOT_SIGNED_IN', 401, 'Sign in first')
export const wrongCredentials = () => new AppError('WRONG_CREDENTIALS', 401, 'User name or password is wrong')
export const lockedOut = (seconds: number) =>
  new AppError('LOCKED_OUT', 429, `Too many failed attempts; try again in ${seconds} seconds`)
export const notAllowed = () => new AppError('NOT_ALLOWED', 403, 'Your role does not allow this; ask an administrator')
export const outOfScope = () =>
  new AppError('OUT_OF_SCOPE', 403, 'This place is outside your area; ask an administrator of the wider area')
export const totpRequired = () =>
  new AppError('TOTP_REQUIRED', 401, 'Send the same again with the six digits that your authenticator shows')
export const wrongCode = () =>
  new AppError('WRONG_CODE', 401, 'The code is wrong or was used already; wait for the next one')
export const accountDisabled = () =>
  new AppError('ACCOUNT_DISABLED', 403, 'This account is switched off; ask an administrator')
export const passwordChangeRequired = () =>
  new AppError('PASSWORD_CHANGE_REQUIRED', 403, 'Somebody else knows your password; choose your own before going on')
export const totpEnrolmentRequired = () =>
  new AppError('TOTP_ENROLMENT_REQUIRED', 403, 'Your role needs a second factor; set it up before going on')
export const wrongPassword = () => new AppError('WRONG_PASSWORD', 403, 'Your present password is wrong')
export const wrongConfirmation = () =>
  new AppError('WRONG_CONFIRMATION', 403, 'The code is wrong or was used already; wait for the next one')
export const weakPassword = (problem: string) =>
  new AppError(
    'WEAK_PASSWORD',
    400,
    `Others would guess this password (${problem}); choose a longer, more personal one`,
  )
export const samePassword = () =>
  new AppError('SAME_PASSWORD', 400, 'This is the password you have; choose another one')
export const totpAlready = () =>
  new AppError('TOTP_ALREADY', 409, 'A second factor is set up already; switch it off first to set up another one')
export const totpNotBegun = () =>
  new AppError('TOTP_NOT_BEGUN', 409, 'No second factor is being set up; begin with a new QR code')
export const totpOff = () => new AppError('TOTP_OFF', 409, 'There is no second factor to switch off')
export const sessionNotFound = () =>
  new AppError('SESSION_NOT_FOUND', 404, 'This session has ended already; load the list again')
export const userNotFound = (username: string) =>
  new AppError('USER_NOT_FOUND', 404, `Nobody called "${username}" is known in your area`)
export const ownPassword = () =>
  new AppError('OWN_PASSWORD', 409, 'Change your own password in your account, where the present one is asked for')
export const ownAccount = () =>
  new AppError('OWN_ACCOUNT', 409, 'This cannot be done to your own account; ask another administrator')
export const powerNeedsReason = () =>
  new AppError('POWER_NEEDS_REASON', 400, 'The power of an administrator changes hands; say why, for the second person')

export const approvalNotFound = (approvalId: string) =>
  new AppError('APPROVAL_NOT_FOUND', 404, `No request "${approvalId}" is known in your area`)
export const approvalDecided = (state: string) =>
  new AppError('APPROVAL_DECIDED', 409, `The request is already ${state}; load the list again`)
export const approvalDiffers = () =>
  new AppError('APPROVAL_DIFFERS', 409, 'This is not what was asked for; load the list again and read it once more')
export const ownRequest = () =>
  new AppError('OWN_REQUEST', 403, 'Nobody agrees to their own request; another person has to')
export const tooManyApprovals = () =>
  new AppError('TOO_MANY_APPROVALS', 429, 'Too many of your requests wait for a second person; withdraw some first')
export const foreignOrigin = () =>
  new AppError('FOREIGN_ORIGIN', 403, 'This request came from another web site and was refused')
export const passwordRequired = () => new AppError('PASSWORD_REQUIRED', 400, 'A new person needs a password')
export const lastAdministrator = () =>
  new AppError('LAST_ADMINISTRATOR', 409, 'Somebody must stay administrator of everything; name another one first')

export const compoundNotFound = (compoundId: string) =>
  new AppError('COMPOUND_NOT_FOUND', 404, `No compound "${compoundId}" is known in your area`)
export const gatewayNotFound = (gatewayId: string) =>
  new AppError('GATEWAY_NOT_FOUND', 404, `No gateway "${gatewayId}" is known in your area`)
export const gatewayTaken = (gatewayId: string) =>
  new AppError('GATEWAY_TAKEN', 409, `Gateway "${gatewayId}" belongs to another compound; give the new one another id`)
export const compoundHasGateway = (gatewayId: string) =>
  new AppError(
    'COMPOUND_HAS_GATEWAY',
    409,
    `The compound already has gateway "${gatewayId}"; a replacement takes over its id with a new secret`,
  )
export const gatewayOffline = (gatewayId: string) =>
  new AppError('GATEWAY_OFFLINE', 409, `Gateway "${gatewayId}" is not connected; check its power and network`)
export const compoundWithoutGateway = (compoundId: string) =>
  new AppError('COMPOUND_WITHOUT_GATEWAY', 409, `Compound "${compoundId}" has no gateway; register one first`)

export const gatewayEnrolled = (gatewayId: string) =>
  new AppError(
    'GATEWAY_ENROLLED',
    409,
    `Gateway "${gatewayId}" signs in with a certificate, a secret is of no use; create an enrolment code instead`,
  )
export const enrolmentRefused = () =>
  new AppError(
    'ENROLMENT_REFUSED',
    401,
    'The enrolment code is wrong, used or too old; create a new one in the console',
  )
export const renewalRefused = () =>
  new AppError(
    'RENEWAL_REFUSED',
    403,
    'The certificate cannot be renewed now; if the gateway holds no valid one, enrol it again',
  )
export const uplinkClosed = () =>
  new AppError(
    'UPLINK_CLOSED',
    409,
    'Gateways with a certificate connect by TLS, which is not open here; set GATEHOUSE_UPLINK_TLS_HOST',
  )
export const badCertificateRequest = (problem: string) =>
  new AppError('BAD_CERTIFICATE_REQUEST', 400, `The certificate request is not usable: ${problem}`)
export const secretOfCamera = (deviceId: string) =>
  new AppError(
    'SECRET_OF_CAMERA',
    409,
    `Device "${deviceId}" is called by its gateway and does not sign in there; change its password at the device, then enter it here`,
  )
export const tooManyCertificates = (most: number) =>
  new AppError('TOO_MANY_CERTIFICATES', 409, `The device has ${most} valid certificates; revoke one that is not used`)
export const certificateNotFound = (serial: string) =>
  new AppError('CERTIFICATE_NOT_FOUND', 404, `No certificate "${serial}" of this machine is known`)
export const authorityLocked = () =>
  new AppError(
    'AUTHORITY_LOCKED',
    500,
    'The key of the certificate authority cannot be opened; restore the file secrets.key that belongs to this database',
  )

export const deviceNotFound = (deviceId: string) =>
  new AppError('DEVICE_NOT_FOUND', 404, `No device "${deviceId}" is known in your area`)
export const deviceTaken = (deviceId: string) =>
  new AppError('DEVICE_TAKEN', 409, `Device "${deviceId}" belongs to another compound; choose another id`)
export const deviceOffline = (deviceId: string) =>
  new AppError('DEVICE_OFFLINE', 409, `Device "${deviceId}" is not connected; check its power and network`)
export const commandUnknown = (deviceId: string, name: string) =>
  new AppError('COMMAND_UNKNOWN', 400, `Device "${deviceId}" has no command "${name}"`)
export const commandNotFound = (commandId: string) =>
  new AppError('COMMAND_NOT_FOUND', 404, `No command "${commandId}" is known in your area`)
export const invalidArguments = (name: string, problem: string) =>
  new AppError('INVALID_ARGUMENTS', 400, `The arguments of "${name}" are not usable: ${problem}`)

export const alertNotFound = (alertId: string) =>
  new AppError('ALERT_NOT_FOUND', 404, `No alert "${alertId}" is known in your area`)
export const alertAlready = (state: string) =>
  new AppError('ALERT_STATE', 409, `The alert is already ${state}; load it again to see by whom`)

export const sheetHasProblems = (count: number, row: number) =>
  new AppError(
    'SHEET_HAS_PROBLEMS',
    400,
    `The sheet has ${count} problems, the first in row ${row}; nothing was imported. Look at the preview and mend them`,
  )
export const permitsChanged = () =>
  new AppError('PERMITS_CHANGED', 409, 'Somebody else has changed the permits meanwhile; look at them again')
export const tariffInvalid = (problems: string) =>
  new AppError('TARIFF_INVALID', 400, `Nobody can be charged by this tariff: ${problems}`)
export const tariffBackdated = () =>
  new AppError('TARIFF_BACKDATED', 400, 'Cars have come in under an earlier tariff already; let it begin now or later')
export const tariffTaken = () =>
  new AppError('TARIFF_TAKEN', 409, 'Somebody else has just added a tariff; load the rules again')
export const parkingSessionNotFound = (sessionId: string) =>
  new AppError('PARKING_SESSION_NOT_FOUND', 404, `No stay "${sessionId}" is known in your area`)
export const reportTooLong = (days: number) =>
  new AppError('REPORT_TOO_LONG', 400, `A report covers at most ${days} days and must not end before it begins`)
export const ticketNotFound = (ticketId: string) =>
  new AppError('TICKET_NOT_FOUND', 404, `No ticket "${ticketId}" is known in your area`)
export const ticketClosed = () =>
  new AppError('TICKET_CLOSED', 409, 'The ticket is closed already; load the list again to see by whom')
export const laneNotFound = (laneId: string) =>
  new AppError('LANE_NOT_FOUND', 404, `No lane "${laneId}" is known in your area`)
export const laneCallNotFound = (callId: string) =>
  new AppError('LANE_CALL_NOT_FOUND', 404, `No call "${callId}" is known in your area`)
export const laneCallTaken = (by: string) =>
  new AppError('LANE_CALL_TAKEN', 409, `${by} has taken this call already; talk to them before you do anything`)
export const laneCallEnded = () =>
  new AppError('LANE_CALL_ENDED', 409, 'This call has ended already; load the list again to see how')
export const laneCallElsewhere = (laneId: string) =>
  new AppError('LANE_CALL_ELSEWHERE', 409, `The call does not come from lane "${laneId}"; open the lane that called`)
export const waiverTooHigh = (dueFen: number) =>
  new AppError('WAIVER_TOO_HIGH', 400, `Only ${(dueFen / 100).toFixed(2)} yuan are due; no more can be waived`)
export const sessionElsewhere = () =>
  new AppError('SESSION_ELSEWHERE', 400, 'This stay has ended, or belongs to another place; choose another one')
export const laneRaiseNotFound = (raiseId: string) =>
  new AppError('LANE_RAISE_NOT_FOUND', 404, `No remote raise "${raiseId}" is known in your area`)
export const ownRaise = () => new AppError('OWN_RAISE', 409, 'Nobody judges their own raise; another person has to')
export const raiseReviewed = (by: string) =>
  new AppError('RAISE_REVIEWED', 409, `${by} has judged this raise already; load the list again`)

export const broadcastNotFound = (broadcastId: string) =>
  new AppError('BROADCAST_NOT_FOUND', 404, `No announcement "${broadcastId}" is known in your area`)
export const quietHours = (fromHour: number, toHour: number) =>
  new AppError(
    'QUIET_HOURS',
    409,
    `From ${fromHour}:00 to ${toHour}:00 people sleep: only an emergency may be announced; try again in the morning`,
  )
export const reasonRequired = () => new AppError('REASON_REQUIRED', 400, 'An emergency needs a reason; say why')

export const badTelemetry = (problem: string) =>
  new AppError('BAD_TELEMETRY', 400, `The telemetry could not be read: ${problem}`)
export const telemetryUnavailable = (cause?: unknown) =>
  Object.assign(
    new AppError('TELEMETRY_UNAVAILABLE', 503, 'The telemetry store does not answer; try again in a moment'),
    { cause },
  )

export const mediaNotFound = (sha256: string) =>
  new AppError('MEDIA_NOT_FOUND', 404, `No picture "${sha256}" is known in your area; its gateway may still bring it`)
export const notAPicture = () =>
  new AppError('NOT_A_PICTURE', 415, 'Only JPEG and PNG pictures are stored; send one as image/jpeg or image/png')
export const wrongMediaName = () =>
  new AppError('WRONG_MEDIA_NAME', 400, 'The name is not the SHA-256 of the picture; send it again')
export const storageFull = () =>
  new AppError('STORAGE_FULL', 507, 'The disk of the platform is nearly full; make room, then send it again')

export const noDatabase = (folder: string) =>
  new AppError(
    'NO_DATABASE',
    500,
    `There is no database in ${folder}; set GATEHOUSE_DATA or DATABASE_URL as for the platform`,
  )
export const auditRangeTooLong = (days: number) =>
  new AppError('AUDIT_RANGE_TOO_LONG', 400, `One file holds at most ${days} days; choose a shorter range`)
export const auditUnavailable = (cause?: unknown) =>
  Object.assign(
    new AppError(
      'AUDIT_UNAVAILABLE',
      503,
      'This cannot be written down at the moment and was therefore not done; try again, then tell your administrator',
    ),
    { cause },
  )

/** What goes wrong with a backup is told to whoever types the command: the status is never sent. */
const backupError = (code: string, message: string) => new AppError(code, 400, message)

export const archiveDamaged = (problem: string) =>
  backupError('BACKUP_DAMAGED', `The backup cannot be used: ${problem}. Take another one; nothing was changed here`)
export const wrongPassphrase = () =>
  backupError('BACKUP_PASSPHRASE', 'The backup is sealed with another passphrase; nothing was changed here')
export const passphraseNeeded = () =>
  backupError('BACKUP_PASSPHRASE', 'The backup is sealed: give --passphrase-file with the passphrase that sealed it')
export const backupTooNew = (what: string) =>
  backupError('BACKUP_TOO_NEW', `The backup was made by a newer version (${what}); install that version first`)
export const targetNotEmpty = (folder: string) =>
  backupError(
    'RESTORE_TARGET_NOT_EMPTY',
    `"${folder}" is not empty; with --force it is moved aside (never deleted) before the backup takes its place`,
  )
export const targetInUse = (what: string) =>
  backupError('RESTORE_TARGET_IN_USE', `${what} is running on this data; stop it first`)
export const restoreIncomplete = (problem: string) =>
  backupError('RESTORE_INCOMPLETE', `The restored data differs from the backup: ${problem}. Do not start on it`)
export const databaseNeeded = () =>
  backupError('RESTORE_DATABASE_NEEDED', 'The backup is of a PostgreSQL: set DATABASE_URL to an empty database')
export const toolMissing = (tool: string) =>
  backupError('BACKUP_TOOL_MISSING', `${tool} is not installed; install the Debian package postgresql-client`)
export const backupFailed = (problem: string) => backupError('BACKUP_FAILED', `No backup was made: ${problem}`)

export const shareNotWhole = () =>
  new AppError('SHARE_NOT_WHOLE', 400, 'The parts of a revenue share must add up to 1000 thousandths')
export const shareBackdated = () =>
  new AppError('SHARE_BACKDATED', 400, 'Earlier months are shared already; let the agreement begin this month or later')
export const shareTaken = () =>
  new AppError('SHARE_TAKEN', 409, 'Somebody else has just agreed on a share; load the list again')
export const laneTokenUnknown = () =>
  new AppError('LANE_TOKEN_UNKNOWN', 404, 'This code is not valid any more; scan the code at the lane again')
export const claimNotYours = () =>
  new AppError('CLAIM_NOT_YOURS', 403, 'This phone did not come in with a car here; press the help button at the lane')
export const quoteInvalid = () =>
  new AppError('QUOTE_INVALID', 409, 'The amount is not right any more; ask for it again')
export const providerOff = (provider: string) =>
  new AppError('PAYMENT_PROVIDER_OFF', 409, `Nothing can be paid with ${provider} here; choose another way`)
export const providerFailed = (provider: string) =>
  new AppError('PAYMENT_PROVIDER_FAILED', 502, `${provider} does not answer as it should; try again or pay another way`)
export const noBill = (provider: string) =>
  new AppError('PAYMENT_NO_BILL', 409, `${provider} has no bill to compare with`)
export const notificationRefused = () =>
  new AppError('NOTIFICATION_REFUSED', 401, 'The notification is not signed by the provider, or is not for us')
export const paymentNotFound = (orderId: string) =>
  new AppError('PAYMENT_NOT_FOUND', 404, `No payment "${orderId}" is known in your area`)
export const receiptTaken = () =>
  new AppError('RECEIPT_TAKEN', 409, 'This receipt is recorded already, for another stay or amount; check its number')
export const refundTaken = () =>
  new AppError('REFUND_TAKEN', 409, 'This request was made already, with another amount; make a new one')
export const renewalNotRefunded = () =>
  new AppError('RENEWAL_NOT_REFUNDED', 409, 'The permit was made longer by it; shorten it and pay back by hand')
export const refundTooHigh = (fen: number) =>
  new AppError('REFUND_TOO_HIGH', 409, `Only ${(fen / 100).toFixed(2)} yuan of this payment can be paid back`)
