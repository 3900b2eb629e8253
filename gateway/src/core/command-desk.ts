import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import {
  commandExpired,
  commandUnknown,
  deviceOffline,
  deviceRefused,
  deviceTimeout,
  deviceUnknown,
  gatewayStopping,
  invalidArguments,
} from '../errors.ts'
import type { CommandResult } from '../protocol/index.ts'
import type { CommandArgs, CommandData, Devices, KnownDevice } from './house.ts'
import type { Clock, DeviceLink } from './ports.ts'

export interface DeviceCommand {
  readonly commandId: string
  readonly deviceId: string
  readonly name: string
  readonly args: CommandArgs
  /** UTC ms, our clock. After this nobody carries it out. */
  readonly expiresAt: number
}

interface CommandDeskOptions {
  readonly devices: Devices
  readonly link: Pick<DeviceLink, 'send' | 'isConnected'>
  /** Devices that we call ourselves. */
  readonly sessions: { command(command: DeviceCommand): Promise<CommandData> }
  /** Device clock minus ours, ms. */
  readonly clockOffsetOf: (deviceId: string) => number
  readonly clock: Clock
}

/** Called when nothing is left to do but to send; the command is not sent when it rejects. */
type BeforeSending = (command: DeviceCommand) => Promise<void>

interface Pending {
  readonly deviceId: string
  settle(result: CommandResult): void
}

/** How long after its deadline the id of a command is still known as done. */
const rememberMs = 60_000

/** Commands on their way: each with a deadline and an outcome, each carried out once. */
export class CommandDesk {
  readonly #options: CommandDeskOptions
  readonly #pending = new Map<string, Pending>()
  readonly #runs = new Map<string, { readonly until: number; readonly outcome: Promise<CommandData> }>()
  /** Compiled on first use, as most commands are never used. */
  readonly #validators = new WeakMap<TSchema, Validator>()
  /** End the wait for an answer. */
  readonly #givingUp = new Set<() => void>()
  #isStopped = false

  constructor(options: CommandDeskOptions) {
    this.#options = options
  }

  /** Carries out a command, once for each id; resolves with what the device answered. */
  run(command: DeviceCommand, beforeSending?: BeforeSending): Promise<CommandData> {
    this.#forgetOld()
    const known = this.#runs.get(command.commandId)
    if (known) return known.outcome
    const outcome = this.#perform(command, beforeSending)
    this.#runs.set(command.commandId, { until: command.expiresAt + rememberMs, outcome })
    return outcome
  }

  /** Takes the answer of a device; one that nobody waits for any more is dropped. */
  settle(deviceId: string, result: CommandResult): void {
    const waiting = this.#pending.get(result.commandId)
    if (waiting?.deviceId === deviceId) waiting.settle(result)
  }

  /** Whoever waits for an answer is told at once that it will not come. What is still ordered is sent, and no more. */
  stop(): void {
    this.#isStopped = true
    for (const giveUp of this.#givingUp) giveUp()
  }

  async #perform(command: DeviceCommand, beforeSending: BeforeSending | undefined): Promise<CommandData> {
    const { deviceId, name, args, commandId, expiresAt } = command
    const { devices, clock, link, sessions } = this.#options
    const device = devices.get(deviceId)
    if (!device) throw deviceUnknown(deviceId)
    this.#checkArgs(device, name, args)
    if (clock.now() >= expiresAt) throw commandExpired(commandId)
    const { driver } = device
    if (driver.transport === 'onvif') {
      await this.#prepare(command, beforeSending)
      return this.#withDeadline(sessions.command(command), command)
    }
    const encode = driver.commands[name]
    if (!encode) throw commandUnknown(deviceId, name)
    if (!link.isConnected(deviceId)) throw deviceOffline(deviceId)
    await this.#prepare(command, beforeSending)
    return this.#sendAndWait(command, encode(args as never))
  }

  async #prepare(command: DeviceCommand, beforeSending: BeforeSending | undefined): Promise<void> {
    if (!beforeSending) return
    await beforeSending(command)
    if (this.#isStopped) throw gatewayStopping()
    if (this.#options.clock.now() >= command.expiresAt) throw commandExpired(command.commandId)
  }

  async #sendAndWait(command: DeviceCommand, wire: object): Promise<CommandData> {
    const { deviceId, commandId, expiresAt } = command
    const answer = Promise.withResolvers<CommandData>()
    answer.promise.catch(() => undefined) // raced below; a late refusal has nobody to tell
    this.#pending.set(commandId, {
      deviceId,
      settle(result) {
        if (result.ok) answer.resolve(result.data ?? {})
        else answer.reject(deviceRefused(result.code, result.message))
      },
    })
    try {
      // The device compares with its own clock, which may be ahead of ours. One that is behind is not catered for:
      // nothing waits on the way, so our own check holds for both.
      const deadline = expiresAt + Math.max(0, Math.round(this.#options.clockOffsetOf(deviceId)))
      const sent = this.#options.link.send(deviceId, 'command', { commandId, expiresAt: deadline, ...wire })
      return await this.#withDeadline(
        sent.then(() => answer.promise),
        command,
      )
    } finally {
      this.#pending.delete(commandId)
    }
  }

  async #withDeadline(answer: Promise<CommandData>, { deviceId, expiresAt }: DeviceCommand) {
    const late = Promise.withResolvers<never>()
    const remainingMs = Math.max(0, expiresAt - this.#options.clock.now())
    const timer = setTimeout(() => late.reject(deviceTimeout(deviceId)), remainingMs)
    const giveUp = () => late.reject(gatewayStopping())
    this.#givingUp.add(giveUp)
    if (this.#isStopped) giveUp()
    try {
      return await Promise.race([answer, late.promise])
    } finally {
      this.#givingUp.delete(giveUp)
      clearTimeout(timer)
    }
  }

  #checkArgs({ desired, driver }: KnownDevice, name: string, args: CommandArgs) {
    const capability = Object.hasOwn(driver.capabilities, name) ? driver.capabilities[name] : undefined
    if (capability?.role !== 'command') throw commandUnknown(desired.deviceId, name)
    let validator = this.#validators.get(capability.payload)
    if (!validator) this.#validators.set(capability.payload, (validator = Compile(capability.payload)))
    if (validator.Check(args)) return
    const [problem] = validator.Errors(args)
    throw invalidArguments(name, problem ? `${problem.instancePath || 'they'} ${problem.message}` : 'not valid')
  }

  #forgetOld() {
    const now = this.#options.clock.now()
    for (const [commandId, { until }] of this.#runs) {
      if (until > now) return // in order of arrival, which is nearly that of expiry
      this.#runs.delete(commandId)
    }
  }
}
