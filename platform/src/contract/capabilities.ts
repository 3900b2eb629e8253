import { Type, type Static, type TSchema } from 'typebox'

/** Something a device tells us. The console draws one widget per `type`, so this list stays closed and small. */
export interface Reading<V = boolean | number | string> {
  readonly role: 'reading'
  readonly type: 'binary' | 'number' | 'choice' | 'text'
  /** Fallback text; the console translates by capability name. */
  readonly label: string
  readonly unit?: string
  readonly options?: readonly string[]
  /** Compile-time only. */
  readonly valueType?: V
}

/** Something a device can be asked to do. */
export interface Command<P extends TSchema = TSchema> {
  readonly role: 'command'
  readonly label: string
  /** JSON schema of the arguments. */
  readonly payload: P
  /** Ask before sending: it moves something, or people hear it. */
  readonly confirm?: boolean
  /** Whether doing it twice equals doing it once. */
  readonly idempotent?: boolean
}

/** Everything a device can tell and do, by name. */
export type Capabilities = Readonly<Record<string, Reading | Command>>

/** Every reading must be named; `undefined` means "not in this report". */
export type ReadingsOf<C> = {
  [K in keyof C as C[K] extends Reading ? K : never]: C[K] extends Reading<infer V> ? V | undefined : never
}
export type CommandsOf<C, Out> = {
  [K in keyof C as C[K] extends Command ? K : never]: C[K] extends Command<infer P> ? (args: Static<P>) => Out : never
}

export const binary = (label: string): Reading<boolean> => ({ role: 'reading', type: 'binary', label })
export const numeric = (label: string, unit: string): Reading<number> => ({
  role: 'reading',
  type: 'number',
  label,
  unit,
})
export const choice = <const O extends readonly string[]>(label: string, options: O): Reading<O[number]> => ({
  role: 'reading',
  type: 'choice',
  label,
  options,
})
export const text = (label: string): Reading<string> => ({ role: 'reading', type: 'text', label })

interface CommandOptions {
  readonly confirm?: boolean
  readonly idempotent?: boolean
}
export const command = <P extends TSchema>(label: string, payload: P, options: CommandOptions = {}): Command<P> => ({
  role: 'command',
  label,
  payload,
  ...options,
})

/** The wire form of one capability, as the gateway announces it. */
export const Capability = Type.Unsafe<Reading | Command>(
  Type.Object(
    {
      role: Type.Enum(['reading', 'command']),
      label: Type.String({ maxLength: 100 }),
      type: Type.Optional(Type.Enum(['binary', 'number', 'choice', 'text'])),
      unit: Type.Optional(Type.String({ maxLength: 20 })),
      options: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
      payload: Type.Optional(Type.Object({}, { additionalProperties: true })),
      confirm: Type.Optional(Type.Boolean()),
      idempotent: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
)
export const CapabilityMap = Type.Record(Type.String({ maxLength: 64 }), Capability)
