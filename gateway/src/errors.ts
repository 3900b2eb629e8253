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
export const commandExpired = (commandId: string) =>
  new AppError('COMMAND_EXPIRED', `Command "${commandId}" is past its deadline and was not carried out`)
export const invalidMessage = (what: string, problem: string) =>
  new AppError('INVALID_MESSAGE', `${what} does not follow the protocol: ${problem}`)
