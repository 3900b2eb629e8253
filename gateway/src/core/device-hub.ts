import { Compile } from 'typebox/compile'
import { deviceUnknown, invalidMessage } from '../errors.ts'
import { CommandResult, type UpChannel } from '../protocol/index.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { CommandDesk } from './command-desk.ts'
import type { Continuity } from './continuity.ts'
import type { MqttDriver, SessionHost, Translated } from './driver.ts'
import { createDeviceStates } from './device-states.ts'
import type { Devices, Dispatch, KnownDevice } from './house.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import type {
  Clock,
  Credential,
  DeviceFront,
  Logger,
  MediaStore,
  PlatformLink,
  SignInAnswer,
  Speaker,
  TakeOver,
  TelemetrySpool,
} from './ports.ts'
import type { Presence } from './presence.ts'
import type { DeviceSignal } from './signals.ts'
import { speakerOf, translated } from './speakers.ts'
import { checkMessage, decodeText, parseJson } from './wire-message.ts'

type Readings = Readonly<Record<string, boolean | number | string>>

interface LastReadings {
  at: number
  readonly readings: Record<string, boolean | number | string>
}

/** What every report begins with. */
interface Stamp {
  readonly at: number
  /** Other makers do not count. */
  readonly seq?: number
}

interface DeviceHubOptions {
  readonly devices: Devices
  readonly presence: Presence
  readonly clocks: ClockWatch
  readonly continuity: Pick<Continuity, 'heard' | 'removed'>
  readonly commands: Pick<CommandDesk, 'settle'>
  readonly dispatch: Dispatch
  readonly spool: Pick<TelemetrySpool, 'append'>
  readonly platform: Pick<PlatformLink, 'sendReadings'>
  readonly media: Pick<MediaStore, 'put'>
  readonly doorkeeper: Pick<Doorkeeper, 'signIn' | 'takenOver'>
  readonly clock: Clock
  readonly logger: Logger
}

/** An event that is older than this when it arrives has waited somewhere: history, even if nobody marked it. */
const staleAfterMs = 60_000

const resultSchema = Compile(CommandResult)

/** Where everything that devices say comes together. */
export class DeviceHub implements DeviceFront {
  /** Messages taken, by channel. */
  readonly counts: Record<UpChannel, number> = { report: 0, event: 0, result: 0, status: 0 }
  readonly #options: DeviceHubOptions
  readonly #lastValues = new Map<string, LastReadings>()
  readonly #states: ReturnType<typeof createDeviceStates>
  #stopped = false

  constructor(options: DeviceHubOptions) {
    this.#options = options
    this.#states = createDeviceStates(options.dispatch)
  }

  speakerOf(name: string): Speaker {
    return speakerOf(name, this.#options)
  }

  signIn(deviceId: string, credential: Credential, address: string): SignInAnswer {
    return this.#options.doorkeeper.signIn(deviceId, credential, address)
  }

  takenOver(deviceId: string, takeOver: TakeOver): void {
    this.#options.doorkeeper.takenOver(deviceId, takeOver)
  }

  async accept(deviceId: string, channel: UpChannel, payload: Uint8Array): Promise<void> {
    this.counts[channel] += 1
    const device = this.#options.devices.get(deviceId)
    if (device?.driver.transport !== 'mqtt') throw deviceUnknown(deviceId)
    const { driver } = device
    if (driver.codec) {
      const messages = translated(device, driver.codec, { channel, payload })
      this.#options.presence.heard(deviceId)
      for (const message of messages) await this.#take(device, driver, message)
    } else if (channel === 'status') this.#takeStatus(deviceId, decodeText(payload))
    else await this.#take(device, driver, { channel, message: parseJson(payload) })
  }

  connected(deviceId: string): void {
    this.#options.presence.heard(deviceId)
  }

  disconnected(deviceId: string, reason: 'last-will' | 'disconnected'): void {
    if (!this.#stopped) this.#options.presence.gone(deviceId, reason)
  }

  /** Last known values. */
  readingsOf(deviceId: string): Readings | undefined {
    return this.#lastValues.get(deviceId)?.readings
  }

  /** Last known values of every device that was heard of. */
  lastReadings(): ReadonlyMap<string, { readonly at: number; readonly readings: Readings }> {
    return this.#lastValues
  }

  /** What a session driver may do in the name of a device. */
  hostOf(deviceId: string): SessionHost {
    const { devices, dispatch, continuity, media, clock, logger } = this.#options
    return {
      readings: (readings) => {
        const device = devices.get(deviceId)
        if (!device) return
        continuity.heard(deviceId, 'reports', { at: clock.now() })
        this.#takeReadings(device, clock.now(), readings).catch((error: unknown) =>
          logger.error({ err: error, deviceId }, 'readings not stored'),
        )
      },
      signal(signal, { eventId, at }) {
        continuity.heard(deviceId, 'events', { at })
        dispatch(signal, { deviceId, eventId, at, replayed: false }).catch((error: unknown) =>
          logger.error({ err: error, deviceId }, 'event not stored'),
        )
      },
      keepPicture: (bytes) => media.put(bytes),
    }
  }

  forget(deviceId: string): void {
    this.#lastValues.delete(deviceId)
    this.#states.forget(deviceId)
    this.#options.continuity.removed(deviceId)
  }

  /** From now on connections that end are ours to end, not news. */
  stop(): void {
    this.#stopped = true
  }

  /** Takes a message in the form of the house. */
  async #take(device: KnownDevice, driver: MqttDriver, { channel, message }: Translated): Promise<void> {
    const { desired, wire } = device
    if (channel === 'result') this.#takeResult(desired.deviceId, checkMessage(message, resultSchema) as CommandResult)
    else if (!wire) throw deviceUnknown(desired.deviceId)
    else if (channel === 'report') await this.#takeReport(device, driver, checkMessage(message, wire.report))
    else await this.#takeEvent(desired.deviceId, driver, checkMessage(message, wire.event))
  }

  async #takeReport(device: KnownDevice, driver: MqttDriver, message: unknown): Promise<void> {
    const report = message as Stamp
    const { deviceId } = device.desired
    this.#options.presence.heard(deviceId)
    this.#options.clocks.sample(deviceId, report.at)
    await Promise.all([
      this.#takeReadings(device, report.at, driver.toReadings(report as never)),
      this.#takeState(deviceId, report, driver.toState?.(report as never)),
    ])
    // On disk only now: a message that will come again was not yet heard.
    this.#options.continuity.heard(deviceId, 'reports', report)
  }

  async #takeEvent(deviceId: string, driver: MqttDriver, message: unknown): Promise<void> {
    const { presence, continuity, dispatch } = this.#options
    const event = message as {
      readonly id: string
      readonly at: number
      readonly seq?: number
      readonly replayed?: boolean
    }
    presence.heard(deviceId)
    const replayed = event.replayed === true || this.#isStale(deviceId, event.at)
    await dispatch(driver.toSignal(event as never), { deviceId, eventId: event.id, at: event.at, replayed })
    continuity.heard(deviceId, 'events', event)
  }

  async #takeState(deviceId: string, { at, seq }: Stamp, state: DeviceSignal | undefined): Promise<void> {
    if (!state) return
    const replayed = this.#isStale(deviceId, at)
    await this.#states.take(state, { deviceId, eventId: `state-${at}-${seq ?? 0}`, at, replayed })
  }

  #isStale(deviceId: string, at: number): boolean {
    const { clock, clocks } = this.#options
    return clock.now() + clocks.offsetOf(deviceId) - at > staleAfterMs
  }

  #takeResult(deviceId: string, result: CommandResult): void {
    this.#options.presence.heard(deviceId)
    this.#options.commands.settle(deviceId, result)
  }

  #takeStatus(deviceId: string, status: string): void {
    if (status === 'online') this.#options.presence.heard(deviceId)
    else if (status === 'offline') this.#options.presence.gone(deviceId, 'last-will')
    else throw invalidMessage('Status', 'it must be "online" or "offline"')
  }

  async #takeReadings(device: KnownDevice, at: number, readings: Readonly<Record<string, unknown>>): Promise<void> {
    const { deviceId, kind } = device.desired
    const fields: Record<string, number> = {}
    const values: Record<string, boolean | number | string> = {}
    let hasFields = false
    for (const name in readings) {
      const value = readings[name]
      if (typeof value === 'string') values[name] = value
      else if (typeof value === 'number' || typeof value === 'boolean') {
        values[name] = value
        fields[name] = Number(value)
        hasFields = true
      }
    }
    if (Object.keys(values).length === 0) return
    const last = this.#lastValues.get(deviceId)
    if (last) {
      Object.assign(last.readings, values)
      last.at = at
    } else this.#lastValues.set(deviceId, { at, readings: { ...values } })
    this.#options.platform.sendReadings(deviceId, at, values)
    if (hasFields) await this.#options.spool.append({ deviceId, kind, at, fields })
  }
}
