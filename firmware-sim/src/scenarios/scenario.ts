import { PlateColour } from '@gatehouse/gateway/protocol'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Fault } from '../core/faults.ts'

const Id = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' })
const Point = Type.Object({ x: Type.Number({ minimum: 0 }), y: Type.Number({ minimum: 0 }) })
const Seconds = Type.Number({ minimum: 0, maximum: 86_400 })

export const SimKind = Type.Enum(['barrier', 'face-gate', 'speaker', 'smoke', 'camera', 'vzenith-camera'])
export type SimKind = Static<typeof SimKind>

export const ScenarioDevice = Type.Object(
  {
    deviceId: Id,
    kind: SimKind,
    name: Type.String({ minLength: 1, maxLength: 60 }),
    place: Type.String({ maxLength: 60 }),
    position: Type.Optional(Point),
    settings: Type.Optional(Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 200 }))),
    /** Cameras: what it looks at. */
    view: Type.Optional(Type.Enum(['lane', 'courtyard', 'corridor'])),
  },
  { additionalProperties: false },
)
export type ScenarioDevice = Static<typeof ScenarioDevice>

export const ScenarioPermit = Type.Object(
  {
    plate: Type.String({ minLength: 1, maxLength: 16 }),
    kind: Type.Enum(['monthly', 'own-space', 'visitor', 'internal', 'blacklist']),
    holder: Type.String({ maxLength: 60 }),
    validFrom: Type.Optional(Type.Integer({ minimum: 0 })),
    validUntil: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type ScenarioPermit = Static<typeof ScenarioPermit>

export const ScenarioPerson = Type.Object(
  {
    personId: Id,
    name: Type.String({ minLength: 1, maxLength: 60 }),
    household: Type.String({ maxLength: 60 }),
    faceId: Type.Optional(Type.String({ maxLength: 64 })),
    consentVersion: Type.Optional(Type.String({ maxLength: 20 })),
    cards: Type.Array(Type.String({ maxLength: 32 }), { maxItems: 10 }),
  },
  { additionalProperties: false },
)
export type ScenarioPerson = Static<typeof ScenarioPerson>

/** Random comings and goings; hourly rates at the busiest hour. */
export const Traffic = Type.Object(
  {
    vehiclesPerHour: Type.Number({ minimum: 0, maximum: 3600 }),
    peoplePerHour: Type.Number({ minimum: 0, maximum: 3600 }),
    motionsPerHour: Type.Number({ minimum: 0, maximum: 36_000 }),
    /** Of the cars and people that come. */
    unknownShare: Type.Number({ minimum: 0, maximum: 1 }),
    /** Cars that nobody knows are let in, and leave again; otherwise they are turned away and do not come back. */
    guestsPark: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type Traffic = Static<typeof Traffic>

export const SitePlan = Type.Object({
  width: Type.Number({ minimum: 10 }),
  height: Type.Number({ minimum: 10 }),
  shapes: Type.Array(
    Type.Object({
      kind: Type.Enum(['building', 'road', 'green', 'gate']),
      label: Type.Optional(Type.String({ maxLength: 40 })),
      points: Type.Array(Point, { minItems: 2 }),
    }),
  ),
})
export type SitePlan = Static<typeof SitePlan>

export const ScenarioCompound = Type.Object(
  {
    compoundId: Id,
    gatewayId: Id,
    name: Type.String({ minLength: 1, maxLength: 60 }),
    /** Place in street/community/compound. */
    path: Type.String({ maxLength: 200, pattern: '^([a-z0-9-]+(/[a-z0-9-]+)*)?$' }),
    timeZone: Type.String({ maxLength: 40, default: 'Asia/Shanghai' }),
    plan: Type.Optional(SitePlan),
    devices: Type.Array(ScenarioDevice, { minItems: 1, maxItems: 20_000 }),
    permits: Type.Array(ScenarioPermit, { maxItems: 1_000_000, default: [] }),
    people: Type.Array(ScenarioPerson, { maxItems: 100_000, default: [] }),
    traffic: Type.Optional(Traffic),
  },
  { additionalProperties: false },
)
export type ScenarioCompound = Static<typeof ScenarioCompound>

const common = { atSeconds: Seconds, deviceId: Id } as const
const strict = { additionalProperties: false } as const

/** Something that happens in the street at a given time after the start. */
export const Happening = Type.Union([
  Type.Object(
    {
      ...common,
      type: Type.Literal('vehicle'),
      /** An empty string: a car without a plate. */
      plate: Type.String({ maxLength: 16 }),
      colour: Type.Optional(PlateColour),
      confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
      /** What the lane camera reads, when it misreads. */
      readAs: Type.Optional(Type.String({ maxLength: 16 })),
      patienceSeconds: Type.Optional(Seconds),
      /** Follows the car before it under the open arm. */
      tailgates: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
  /** Somebody pushes the arm up. */
  Type.Object({ ...common, type: Type.Literal('forced-arm') }, strict),
  /** Something stands under the arm. */
  Type.Object({ ...common, type: Type.Literal('obstacle'), forSeconds: Seconds }, strict),
  Type.Object({ ...common, type: Type.Literal('call') }, strict),
  Type.Object({ ...common, type: Type.Literal('person'), personId: Id }, strict),
  Type.Object({ ...common, type: Type.Literal('stranger') }, strict),
  Type.Object({ ...common, type: Type.Literal('card'), card: Type.String({ minLength: 1, maxLength: 32 }) }, strict),
  Type.Object(
    { ...common, type: Type.Literal('door-alarm'), alarm: Type.Enum(['forced', 'held-open', 'tamper']) },
    strict,
  ),
  Type.Object(
    {
      ...common,
      type: Type.Literal('smoke'),
      peakPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
      forSeconds: Type.Optional(Seconds),
    },
    strict,
  ),
  Type.Object({ ...common, type: Type.Literal('motion'), forSeconds: Type.Optional(Seconds) }, strict),
  Type.Object({ ...common, type: Type.Literal('fault'), fault: Fault, forSeconds: Seconds }, strict),
])
export type Happening = Static<typeof Happening>
export type HappeningType = Happening['type']

/** A fleet and what happens to it. */
export const Scenario = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    compounds: Type.Array(ScenarioCompound, { minItems: 1, maxItems: 10_000 }),
    happenings: Type.Array(Happening, { maxItems: 100_000, default: [] }),
    /** Random faults of devices, by seed. */
    faultsPerHour: Type.Optional(Type.Number({ minimum: 0, maximum: 3600 })),
  },
  { additionalProperties: false },
)
export type Scenario = Static<typeof Scenario>

/** A scenario that cannot be played; the message lists every problem. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
}

const lanes: readonly SimKind[] = ['barrier', 'vzenith-camera']
const kindsOf: Record<Exclude<HappeningType, 'fault'>, readonly SimKind[]> = {
  vehicle: lanes,
  'forced-arm': lanes,
  obstacle: lanes,
  call: ['barrier'],
  person: ['face-gate'],
  stranger: ['face-gate'],
  card: ['face-gate'],
  'door-alarm': ['face-gate'],
  smoke: ['smoke'],
  motion: ['camera'],
}

function duplicates(ids: readonly string[]): string[] {
  const seen = new Set<string>()
  return ids.filter((id) => seen.has(id) || !seen.add(id))
}

/** What a schema cannot say: names are unique, and every happening meets a device that can take it. */
function contradictions({ compounds, happenings }: Scenario): string[] {
  const devices = compounds.flatMap((compound) => compound.devices)
  const kinds = new Map(devices.map(({ deviceId, kind }) => [deviceId, kind]))
  const people = new Set(compounds.flatMap((compound) => compound.people.map(({ personId }) => personId)))
  const problems = [
    ...duplicates(devices.map(({ deviceId }) => deviceId)).map((id) => `device "${id}" is there twice`),
    ...duplicates(compounds.map(({ compoundId }) => compoundId)).map((id) => `compound "${id}" is there twice`),
  ]
  happenings.forEach((happening, index) => {
    const where = `happenings/${index} (${happening.type})`
    const kind = kinds.get(happening.deviceId)
    const wanted = happening.type === 'fault' ? undefined : kindsOf[happening.type]
    if (!kind) problems.push(`${where}: there is no device "${happening.deviceId}"`)
    else if (wanted && !wanted.includes(kind)) {
      problems.push(`${where}: "${happening.deviceId}" is a ${kind}, not a ${wanted.join(' or ')}`)
    }
    if (happening.type === 'person' && !people.has(happening.personId))
      problems.push(`${where}: there is no person "${happening.personId}"`)
  })
  return problems
}

const refuse = (problems: readonly string[]) =>
  new ScenarioError(`The scenario cannot be played:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)

/** The problem of the alternative that was meant: the one with the given `type`. */
function happeningProblems(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((happening: unknown, index) => {
    if (Value.Check(Happening, happening)) return []
    const type = (happening as { type?: unknown } | null)?.type
    const meant = Happening.anyOf.find((schema) => schema.properties.type.const === type)
    if (!meant) return [`happenings/${index}: "${String(type)}" is no kind of happening`]
    return Value.Errors(meant, happening).map(
      ({ instancePath, message }) => `happenings/${index}${instancePath}: ${message}`,
    )
  })
}

/** Checks a scenario from outside; throws a ScenarioError that names every problem. */
export function parseScenario(json: unknown): Scenario {
  const value = Value.Default(Scenario, Value.Clone(json))
  if (!Value.Check(Scenario, value)) {
    const problems = Value.Errors(Scenario, value)
      .filter(({ instancePath }) => !instancePath.startsWith('/happenings/'))
      .map(({ instancePath, message }) => `${instancePath.slice(1) || 'the file'}: ${message}`)
    throw refuse([...problems, ...happeningProblems((value as { happenings?: unknown } | null)?.happenings)])
  }
  const problems = contradictions(value)
  if (problems.length > 0) throw refuse(problems)
  return value
}
