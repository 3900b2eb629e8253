import { Type, type Static } from 'typebox'
import { eventFields, reportFields } from './envelope.ts'

/** Every 30 s. */
export const SmokeReport = Type.Object({
  ...reportFields,
  /** Light lost to smoke, percent per metre. */
  obscurationPercent: Type.Number({ minimum: 0, maximum: 100 }),
  temperatureCelsius: Type.Number({ minimum: -60, maximum: 300 }),
  batteryMillivolts: Type.Integer({ minimum: 0, maximum: 20_000 }),
})
export type SmokeReport = Static<typeof SmokeReport>

export const SmokeEvent = Type.Union([
  Type.Object({
    ...eventFields,
    type: Type.Literal('smoke'),
    obscurationPercent: Type.Number({ minimum: 0, maximum: 100 }),
  }),
  Type.Object({ ...eventFields, type: Type.Literal('smoke-cleared') }),
])
export type SmokeEvent = Static<typeof SmokeEvent>

export const SmokeCommand = Type.Union([
  Type.Object({ op: Type.Literal('self-test') }),
  Type.Object({ op: Type.Literal('silence') }),
])
export type SmokeCommand = Static<typeof SmokeCommand>
