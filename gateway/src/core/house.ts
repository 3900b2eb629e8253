import type { DesiredDevice } from '@gatehouse/platform/contract'
import type { Validator } from 'typebox/compile'
import type { UpChannel } from '../protocol/index.ts'
import type { Background } from './background.ts'
import type { Driver } from './driver.ts'
import type { Clock, Logger, StateStore } from './ports.ts'
import type { DeviceSignal, SignalContext, SignalType } from './signals.ts'

/** A registered device together with what drives it. */
export interface KnownDevice {
  readonly desired: DesiredDevice
  readonly driver: Driver
  /** Compiled schemas of what it says; MQTT devices only. */
  readonly wire?: {
    readonly report: Validator
    readonly event: Validator
    /** What another maker's device says before it is translated. */
    readonly foreign: Readonly<Partial<Record<UpChannel, Validator>>>
  }
}

export interface Devices {
  get(deviceId: string): KnownDevice | undefined
  /** The device that calls itself so: by its id, or by the serial number that its maker gave it. */
  named(name: string): KnownDevice | undefined
  values(): Iterable<KnownDevice>
}

export type CommandArgs = Readonly<Record<string, unknown>>
export type CommandData = Readonly<Record<string, unknown>>

/** An order of the gateway itself to one of its devices. */
export interface Order {
  readonly deviceId: string
  readonly name: string
  readonly args?: CommandArgs
  readonly timeoutMs: number
}

/** What an area may use of the gateway. */
export interface House {
  readonly clock: Clock
  readonly logger: Logger
  readonly store: Pick<StateStore, 'commit' | 'entries' | 'pages'>
  readonly devices: Devices
  /** Device clock minus ours, ms; `undefined` until its reports have shown it. */
  readonly clockOffsetOf: (deviceId: string) => number | undefined
  /** Aborted when the gateway stops: whatever waits ends with it. */
  readonly stopping: AbortSignal
  /** For work that no device waits for. */
  readonly background: Pick<Background, 'add'>
  /** Resolves with what the device answered; rejects with a coded error when it did not do it in time. */
  readonly order: (order: Order) => Promise<CommandData>
}

/** What an area does with the signals it listens to. Resolves when all that must not be lost is on disk. */
export type SignalHandlers = {
  readonly [T in SignalType]?: (signal: Extract<DeviceSignal, { type: T }>, context: SignalContext) => Promise<void>
}

export type Dispatch = (signal: DeviceSignal, context: SignalContext) => Promise<void>

/** Hands each signal to every area that listens to it, in the given order. */
export function createDispatcher(areas: readonly SignalHandlers[]): Dispatch {
  return async (signal, context) => {
    await Promise.all(areas.map(async (handlers) => handlers[signal.type]?.(signal as never, context)))
  }
}

/** Names the cause of a change, so that an event that comes twice changes nothing twice. */
export const causeOf = ({ deviceId, eventId }: SignalContext) => `${deviceId}/${eventId}`

/** The part of an area event that says where and when. */
export const originOf = ({ deviceId, at, replayed }: SignalContext) => ({
  deviceId,
  at,
  ...(replayed && { late: true }),
})

/** A setting that is a text; an empty one counts as not set. */
export function textSetting(device: KnownDevice | undefined, key: string): string | undefined {
  const value = device?.desired.settings[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}
