/** An error raised on purpose. `code` is stable and documented; the message tells a person what to do. */
export class AppError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = code
    this.code = code
  }
}

export const deviceOffline = (deviceId: string) =>
  new AppError('DEVICE_OFFLINE', `Device "${deviceId}" is not connected; check its power and network, then try again`)
export const deviceUnknown = (deviceId: string) =>
  new AppError('DEVICE_UNKNOWN', `No device "${deviceId}" is registered at this gateway`)
export const commandUnknown = (deviceId: string, name: string) =>
  new AppError('COMMAND_UNKNOWN', `Device "${deviceId}" has no command "${name}"`)
export const invalidArguments = (name: string, problem: string) =>
  new AppError('INVALID_ARGUMENTS', `The arguments of "${name}" are not as the device describes them: ${problem}`)
export const deviceTimeout = (deviceId: string) =>
  new AppError('DEVICE_TIMEOUT', `Device "${deviceId}" did not answer in time; whether it acted is not known`)
export const deviceRefused = (code: string, message: string | undefined) =>
  new AppError(code, message ?? 'The device did not carry out the command and gave no reason')
export const commandExpired = (commandId: string) =>
  new AppError('COMMAND_EXPIRED', `Command "${commandId}" is past its deadline and was not carried out`)
export const commandRepeated = (commandId: string) =>
  new AppError(
    'COMMAND_REPEATED',
    `Command "${commandId}" was already sent before the gateway was restarted; whether the device acted is not known`,
  )
export const noCarAtLane = () =>
  new AppError('NO_CAR_AT_LANE', 'No car without a plate stands at the lane now; drive up to the arm, then try again')
export const carHasPlate = () =>
  new AppError('CAR_HAS_PLATE', 'The lane has read the plate of the car in front of it; that plate counts')
export const gatewayStopping = () =>
  new AppError('GATEWAY_STOPPING', 'The gateway was stopped before the device answered; whether it acted is not known')
export const invalidMessage = (what: string, problem: string) =>
  new AppError('INVALID_MESSAGE', `${what} does not follow the protocol: ${problem}`)
export const cameraUnreachable = (problem: string, options?: ErrorOptions) =>
  new AppError('CAMERA_UNREACHABLE', `The camera does not answer (${problem}); check its power and network`, options)
export const cameraNotAuthorized = () =>
  new AppError(
    'CAMERA_NOT_AUTHORIZED',
    'The camera refuses the sign-in; check the user name and password of its ONVIF user',
  )
export const cameraClockDrift = (offsetSeconds: number) =>
  new AppError(
    'CAMERA_CLOCK_DRIFT',
    `The camera refuses the sign-in since its clock moved (now ${offsetSeconds} s off); set its clock by NTP`,
  )
export const cameraAddressRefused = (problem: string) =>
  new AppError('CAMERA_ADDRESS_REFUSED', `The camera's address is refused: ${problem}`)
export const cameraAnswerInvalid = (problem: string, options?: ErrorOptions) =>
  new AppError(
    'CAMERA_ANSWER_INVALID',
    `The camera gave no usable answer (${problem}); check that the address is its ONVIF device service`,
    options,
  )
export const cameraFault = (reason: string) =>
  new AppError('CAMERA_FAULT', `The camera refuses the request: ${reason.slice(0, 200)}`)
export const cameraLacks = (feature: string) => new AppError('CAMERA_LACKS_FEATURE', `The camera offers no ${feature}`)
export const cameraStreamUnreachable = (problem: string, options?: ErrorOptions) =>
  new AppError(
    'CAMERA_STREAM_UNREACHABLE',
    `The camera's stream does not answer (${problem}); restart the camera, and check that RTSP is switched on`,
    options,
  )
export const cameraStreamNotAuthorized = () =>
  new AppError(
    'CAMERA_STREAM_NOT_AUTHORIZED',
    'The camera refuses the sign-in to its stream; check that its ONVIF user may also see live video',
  )
export const cameraStreamMissing = (problem: string) =>
  new AppError(
    'CAMERA_STREAM_MISSING',
    `The camera has no video at the address that it names (${problem}); check its encoder settings and restart it`,
  )
export const cameraStreamInvalid = (problem: string) =>
  new AppError(
    'CAMERA_STREAM_INVALID',
    `The camera's stream gave no usable answer (${problem}); check its RTSP port and its firmware`,
  )
export const plainListenerRefused = (host: string) =>
  new AppError(
    'PLAIN_LISTENER_REFUSED',
    `Without TLS this server listens on a loopback address only, not on "${host}"; set a certificate and its key`,
  )
export const storeUnavailable = (problem: string, options?: ErrorOptions) =>
  new AppError(
    'STORE_UNAVAILABLE',
    `The gateway cannot write to its database (${problem}); check disk space and permissions`,
    options,
  )
export const storeFull = (options?: ErrorOptions) =>
  new AppError(
    'STORE_FULL',
    'The disk takes nothing now; the change is held in memory and the device keeps its message. Make room on the disk',
    options,
  )
export const storeStillFull = () =>
  new AppError(
    'STORE_STILL_FULL',
    'The disk still takes nothing; the same change is already held. Make room on the disk',
  )
export const spoolUnavailable = (problem: string, options?: ErrorOptions) =>
  new AppError(
    'SPOOL_UNAVAILABLE',
    `The gateway cannot write its telemetry to disk (${problem}); check disk space and permissions`,
    options,
  )
export const mediaTooLarge = (maxBytes: number) =>
  new AppError('MEDIA_TOO_LARGE', `A picture has at most ${maxBytes} bytes; send a smaller one`)
export const badIdentity = (path: string, problem: string, options?: ErrorOptions) =>
  new AppError(
    'BAD_IDENTITY',
    `The identity in "${path}" cannot be used: ${problem}; enrol this gateway again`,
    options,
  )
export const noEnrolmentCode = () =>
  new AppError('NO_ENROLMENT_CODE', 'This is no enrolment code; it has eight groups of four letters and digits')
export const enrolmentRefused = (problem: string) =>
  new AppError('ENROLMENT_REFUSED', `The platform does not enrol this gateway: ${problem}`)
export const platformNotAuthentic = (problem: string) =>
  new AppError(
    'PLATFORM_NOT_AUTHENTIC',
    `This is not the platform that made the code, or somebody stands in between: ${problem}. Nothing was stored`,
  )
export const platformUnreachable = (url: string, problem: string, options?: ErrorOptions) =>
  new AppError(
    'PLATFORM_UNREACHABLE',
    `The platform does not answer at ${url} (${problem}); check the network`,
    options,
  )
export const badConfiguration = (problems: string) =>
  new AppError('BAD_CONFIGURATION', `The configuration cannot be used: ${problems}`)
export const badSecretKey = (path: string) =>
  new AppError(
    'BAD_SECRET_KEY',
    `"${path}" does not hold a key of 32 bytes; restore it, or remove it to have the secrets fetched anew`,
  )
export const badDeviceAuthority = (options?: ErrorOptions) =>
  new AppError(
    'BAD_DEVICE_AUTHORITY',
    'The certificate of the authority that signs the certificates of devices is not usable; it must be PEM',
    options,
  )
export const badDesiredFile = (path: string, problem: string, options?: ErrorOptions) =>
  new AppError('BAD_DESIRED_FILE', `The desired state in "${path}" cannot be used: ${problem}`, options)
