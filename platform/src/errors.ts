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
