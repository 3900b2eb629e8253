import { Type, type Static } from 'typebox'
import type { Random } from './seeded-random.ts'

/** What can go wrong with a device. Faults come from a scenario, never from chance. */
export const Fault = Type.Union([
  Type.Object({
    type: Type.Literal('clock-skew'),
    offsetMs: Type.Integer({ minimum: -86_400_000, maximum: 86_400_000 }),
  }),
  /** The network is gone: no goodbye, events are kept. */
  Type.Object({ type: Type.Literal('drop-connection') }),
  Type.Object({ type: Type.Literal('slow-answer'), delayMs: Type.Integer({ minimum: 1, maximum: 60_000 }) }),
  /** The mechanics do not move: arm, door, sensor chamber. */
  Type.Object({ type: Type.Literal('stuck') }),
  /** Connected, but says nothing any more. */
  Type.Object({ type: Type.Literal('silent') }),
  /** No power: nothing works, and what was not in the flash is forgotten. */
  Type.Object({ type: Type.Literal('power-cut') }),
  /** The flash is worn out: what happens is not written down, and so never told. */
  Type.Object({ type: Type.Literal('lose-events') }),
  /** Sends each event twice, with the same id. */
  Type.Object({ type: Type.Literal('duplicate-events') }),
])
export type Fault = Static<typeof Fault>
export type FaultType = Fault['type']

/** The faults that a device suffers from at the moment. */
export interface Faults {
  inject(fault: Fault): void
  clear(type: FaultType): void
  has(type: FaultType): boolean
  readonly clockOffsetMs: number
  readonly answerDelayMs: number
  onChange(listener: () => void): void
}

export function createFaults(): Faults {
  const present = new Map<FaultType, Fault>()
  const listeners: (() => void)[] = []
  const changed = () => listeners.forEach((listener) => listener())
  return {
    inject(fault) {
      present.set(fault.type, fault)
      changed()
    },
    clear(type) {
      if (present.delete(type)) changed()
    },
    has: (type) => present.has(type),
    get clockOffsetMs() {
      const fault = present.get('clock-skew')
      return fault?.type === 'clock-skew' ? fault.offsetMs : 0
    },
    get answerDelayMs() {
      const fault = present.get('slow-answer')
      return fault?.type === 'slow-answer' ? fault.delayMs : 0
    },
    onChange: (listener) => void listeners.push(listener),
  }
}

export interface PlannedFault {
  readonly atSeconds: number
  readonly forSeconds: number
  readonly deviceId: string
  readonly fault: Fault
}

const drawFault: readonly ((random: Random) => Fault)[] = [
  (random) => ({ type: 'clock-skew', offsetMs: random.int(-90_000, 90_000) }),
  () => ({ type: 'drop-connection' }),
  (random) => ({ type: 'slow-answer', delayMs: random.int(500, 4000) }),
  () => ({ type: 'stuck' }),
  () => ({ type: 'silent' }),
  () => ({ type: 'duplicate-events' }),
]

/** Spreads `count` faults over devices and time; the same seed gives the same plan. */
export function planFaults(
  random: Random,
  deviceIds: readonly string[],
  { count, withinSeconds }: { readonly count: number; readonly withinSeconds: number },
): PlannedFault[] {
  if (deviceIds.length === 0) return []
  return Array.from({ length: count }, () => ({
    atSeconds: random.int(1, withinSeconds),
    forSeconds: random.int(5, 90),
    deviceId: random.pick(deviceIds),
    fault: random.pick(drawFault)(random),
  })).sort((a, b) => a.atSeconds - b.atSeconds)
}
