import type { Client } from './client.ts'

/** Something that must end the connection; nothing of it may be taken. */
export interface ClosingCase {
  /** Number of the statement in the MQTT 3.1.1 standard. */
  readonly statement: string
  readonly name: string
  /** Whether it is said by somebody unknown or by somebody who has signed in. */
  readonly stage: 'stranger' | 'signed in'
  readonly bytes: (client: Client) => Uint8Array
  /** Code of the CONNACK that comes first; without one nothing is answered. */
  readonly answered?: number
}

type Bytes = ClosingCase['bytes']
export const stranger = (statement: string, name: string, bytes: Bytes): ClosingCase => ({
  ...{ statement, name, stage: 'stranger', bytes },
})
export const answered = (code: number, closing: ClosingCase): ClosingCase => ({ ...closing, answered: code })
export const guest = (statement: string, name: string, bytes: Bytes): ClosingCase => ({
  ...{ statement, name, stage: 'signed in', bytes },
})
export const hex = (byte: number) => `0x${byte.toString(16).padStart(2, '0')}`
export const raw = (...bytes: readonly number[]) => Uint8Array.from(bytes)
