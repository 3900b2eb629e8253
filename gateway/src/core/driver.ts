import type { Capabilities, CommandsOf, DesiredDevice, ReadingsOf } from '@gatehouse/platform/contract'
import type { Static, TSchema } from 'typebox'
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

/** What the hub knows of any MQTT driver. `never` marks input that must first be checked against its schema. */
export interface MqttDriver extends DriverBasics {
  readonly transport: 'mqtt'
  readonly report: TSchema
  readonly event: TSchema
  readonly toReadings: (report: never) => Readonly<Record<string, unknown>>
  readonly toSignal: (event: never) => DeviceSignal
  readonly commands: Readonly<Record<string, (args: never) => { readonly op: string }>>
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
  readonly commands: CommandsOf<C, { readonly op: string }>
}

/** A driver for a device that speaks MQTT: pure translations and no I/O. */
export const defineMqttDriver = <const C extends Capabilities, R extends TSchema, E extends TSchema>(
  driver: MqttDriverDefinition<C, R, E>,
) => ({ transport: 'mqtt', ...driver }) as const
