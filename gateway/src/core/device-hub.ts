import { Compile } from 'typebox/compile'
import { deviceUnknown, invalidMessage } from '../errors.ts'
import { CommandResult, type UpChannel } from '../protocol/index.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { CommandDesk } from './command-desk.ts'
import type { Continuity } from './continuity.ts'
import type { MqttDriver, SessionHost } from './driver.ts'
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
  TakeOver,
  TelemetrySpool,
} from './ports.ts'
import type { Presence } from './presence.ts'
import { decodeText, parseMessage } from './wire-message.ts'

type Readings = Readonly<Record<string, boolean | number | string>>

interface LastReadings {
  at: number
  readonly readings: Record<string, boolean | number | string>
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
  #stopped = false

  constructor(options: DeviceHubOptions) {
    this.#options = options
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
    if (device?.driver.transport !== 'mqtt' || !device.wire) throw deviceUnknown(deviceId)
    const { report, event } = device.wire
    switch (channel) {
      case 'report':
        return this.#takeReport(device, device.driver, parseMessage(payload, report))
      case 'event':
        return this.#takeEvent(deviceId, device.driver, parseMessage(payload, event))
      case 'result':
        this.#takeResult(deviceId, parseMessage(payload, resultSchema) as CommandResult)
        return
      case 'status':
        this.#takeStatus(deviceId, decodeText(payload))
    }
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
    this.#options.continuity.removed(deviceId)
  }

  /** From now on connections that end are ours to end, not news. */
  stop(): void {
    this.#stopped = true
  }

  async #takeReport(device: KnownDevice, driver: MqttDriver, message: unknown): Promise<void> {
    const report = message as { readonly at: number; readonly seq: number }
    const { deviceId } = device.desired
    this.#options.presence.heard(deviceId)
    this.#options.clocks.sample(deviceId, report.at)
    await this.#takeReadings(device, report.at, driver.toReadings(report as never))
    // On disk only now: a message that will come again was not yet heard.
    this.#options.continuity.heard(deviceId, 'reports', report)
  }

  async #takeEvent(deviceId: string, driver: MqttDriver, message: unknown): Promise<void> {
    const { presence, clocks, continuity, clock, dispatch } = this.#options
    const event = message as {
      readonly id: string
      readonly at: number
      readonly seq?: number
      readonly replayed?: boolean
    }
    presence.heard(deviceId)
    const ageMs = clock.now() + clocks.offsetOf(deviceId) - event.at
    const replayed = event.replayed === true || ageMs > staleAfterMs
    await dispatch(driver.toSignal(event as never), { deviceId, eventId: event.id, at: event.at, replayed })
    continuity.heard(deviceId, 'events', event)
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
    const last = this.#lastValues.get(deviceId)
    if (last) {
      Object.assign(last.readings, values)
      last.at = at
    } else this.#lastValues.set(deviceId, { at, readings: { ...values } })
    this.#options.platform.sendReadings(deviceId, at, values)
    if (hasFields) await this.#options.spool.append({ deviceId, kind, at, fields })
  }
}
