import type { Capabilities, CommandsOf, DesiredDevice, ReadingsOf } from '@gatehouse/platform/contract'
import type { Static, TSchema } from 'typebox'
import type { Dialect, UpChannel } from '../protocol/index.ts'
import type { OnvifSession } from './ports.ts'
import type { DeviceSignal } from './signals.ts'

/** How a device lets people out: the command that opens it and keeps it open until `release`. */
export interface Exit {
  readonly holdOpen: string
  readonly release: string
}

interface DriverBasics {
  readonly kind: string
  readonly capabilities: Capabilities
  /** Set on everything that can stand in somebody's way out. */
  readonly exit?: Exit
}

type Settings = DesiredDevice['settings']

/** A message in the form of the house, before its schema is checked. */
export interface Translated {
  readonly channel: 'report' | 'event' | 'result'
  readonly message: unknown
}

/** What a maker says on one channel. A message that breaks the schema ends the connection. */
export interface Translation {
  readonly schema: TSchema
  /** In the form of the house: nothing for what only shows that the device is there. */
  readonly translate: (message: never, settings: Settings) => readonly Translated[]
}

/** Ties the schema of a maker's messages to what they mean. */
export const translation = <T extends TSchema>(
  schema: T,
  translate: (message: Static<T>, settings: Settings) => readonly Translated[],
): Translation => ({ schema, translate })

/** A command before it is put into another maker's form. */
export interface CommandToTranslate {
  readonly command: { readonly commandId: string; readonly op: string }
  /** What stands for the device in its topics. */
  readonly topicName: string
  readonly settings: Settings
  readonly now: number
}

/** How a driver's device speaks if not as the house does: topics, and pure translations at the edge. */
export interface DialectCodec {
  readonly dialect: Dialect
  readonly up: Readonly<Partial<Record<UpChannel, Translation>>>
  /** The command in the maker's form, and the name of its topic. */
  readonly encode: (command: CommandToTranslate) => { readonly name: string; readonly payload: object }
}

/** What the hub knows of any MQTT driver. `never` marks input that must first be checked against its schema. */
export interface MqttDriver extends DriverBasics {
  readonly transport: 'mqtt'
  readonly report: TSchema
  readonly event: TSchema
  readonly toReadings: (report: never) => Readonly<Record<string, unknown>>
  readonly toSignal: (event: never) => DeviceSignal
  /** What areas must know of the state in a report: they are told when it is another than before. */
  readonly toState?: (report: never) => DeviceSignal | undefined
  readonly commands: Readonly<Record<string, (args: never) => { readonly op: string }>>
  readonly codec?: DialectCodec
}

/** A driver for a device that we call ourselves over ONVIF. */
export interface OnvifDriver extends DriverBasics {
  readonly transport: 'onvif'
  readonly connect: (session: OnvifSession, device: DesiredDevice, host: SessionHost) => Promise<SessionDevice>
}

/** What a session driver may do with the gateway. */
export interface SessionHost {
  readings(readings: Readonly<Record<string, boolean | number | string>>): void
  signal(signal: DeviceSignal, event: { readonly eventId: string; readonly at: number }): void
  /** Stores a picture and answers its SHA-256. */
  keepPicture(bytes: Uint8Array): Promise<string>
}

/** A connected session device. */
export interface SessionDevice {
  /** Answers the command's data; throws an AppError with a stable code when it cannot. */
  command(name: string, args: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

export type Driver = MqttDriver | OnvifDriver

interface MqttDriverDefinition<C extends Capabilities, R extends TSchema, E extends TSchema> {
  readonly kind: string
  readonly capabilities: C
  readonly exit?: Exit
  readonly report: R
  readonly event: E
  readonly toReadings: (report: Static<R>) => ReadingsOf<C>
  readonly toSignal: (event: Static<E>) => DeviceSignal
  readonly toState?: (report: Static<R>) => DeviceSignal | undefined
  readonly commands: CommandsOf<C, { readonly op: string }>
  readonly codec?: DialectCodec
}

/** A driver for a device that speaks MQTT: pure translations and no I/O. */
export const defineMqttDriver = <const C extends Capabilities, R extends TSchema, E extends TSchema>(
  driver: MqttDriverDefinition<C, R, E>,
) => ({ transport: 'mqtt', ...driver }) as const
