import { Type, type Static } from 'typebox'
import { Lapse, PermitKind } from '../domain/index.ts'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant, Sha256 } from './primitives.ts'

/** The right of one plate to come in. */
export const Permit = Type.Object({
  plate: Type.String({ minLength: 1, maxLength: 16 }),
  kind: PermitKind,
  holder: Type.String({ maxLength: 60 }),
  validFrom: Type.Optional(Instant),
  validUntil: Type.Optional(Instant),
  /** Kept by the platform: the last time in which it had ended and was not yet renewed. */
  lapse: Type.Optional(Lapse),
  /** Cars of one household share `spaces`; all permits of a group say the same number. */
  groupId: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  spaces: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  /** Lanes where it counts; without them everywhere. */
  laneIds: Type.Optional(Type.Array(Id, { maxItems: 50 })),
})
export type Permit = Static<typeof Permit>

/** Header and rows of a spreadsheet, as text. Columns by name, Chinese or English: 车牌 plate, 类型 kind, 持有人 holder … */
const Sheet = Type.Array(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 30 }), {
  minItems: 1,
  maxItems: 20_001,
})
/** `merge` keeps permits that the sheet does not name; `replace` takes them away. */
const ImportMode = Type.Enum(['merge', 'replace'])

/** What is wrong with one cell. */
export const SheetProblem = Type.Object({
  /** As the spreadsheet counts: the header is row 1. */
  row: Type.Integer(),
  column: Type.Optional(Type.String()),
  /** Stable: `plate-invalid`, `kind-unknown`, `date-invalid`, `repeated`, `group-spaces-differ` … */
  code: Type.String(),
  /** What stands there. */
  value: Type.Optional(Type.String()),
})
export type SheetProblem = Static<typeof SheetProblem>

/** What an import would do. Nothing is imported while there are problems. */
export const PermitImportPreview = Type.Object({
  problems: Type.Array(SheetProblem, { maxItems: 500 }),
  /** Problems altogether, also those beyond the list. */
  problemCount: Type.Integer(),
  added: Type.Array(Permit, { maxItems: 200 }),
  changed: Type.Array(Type.Object({ before: Permit, after: Permit }), { maxItems: 200 }),
  removed: Type.Array(Permit, { maxItems: 200 }),
  counts: Type.Object({
    rows: Type.Integer(),
    added: Type.Integer(),
    changed: Type.Integer(),
    removed: Type.Integer(),
    unchanged: Type.Integer(),
  }),
})
export type PermitImportPreview = Static<typeof PermitImportPreview>

/** One car at one lane and what was decided. */
export const Passage = Type.Object({
  id: Type.String(),
  compoundId: Id,
  deviceId: Id,
  at: Instant,
  late: Type.Boolean(),
  direction: Type.Enum(['in', 'out']),
  rawPlate: Type.String(),
  matchedPlate: Type.Optional(Type.String()),
  decision: Type.Enum(['open', 'refuse', 'ask', 'pay']),
  rule: Type.String(),
  reason: Type.String(),
  picture: Type.Optional(Sha256),
})
export type Passage = Static<typeof Passage>

const CompoundParams = Type.Object({ compoundId: Id })

export const listPermits = {
  method: 'GET',
  url: '/api/compounds/:compoundId/permits',
  summary: 'The permits of a compound',
  access: ['admin', 'property', 'guard'],
  audit: 'look',
  schema: { params: CompoundParams, response: { 200: Type.Array(Permit) } },
} as const satisfies Endpoint

export const putPermits = {
  method: 'PUT',
  url: '/api/compounds/:compoundId/permits',
  summary: 'Replace the permits; a new revision goes to the gateway',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    params: CompoundParams,
    body: Type.Array(Permit, { maxItems: 50_000 }),
    response: { 200: Type.Object({ revision: Type.Integer() }) },
  },
} as const satisfies Endpoint

const PermitParams = Type.Object({ compoundId: Id, plate: Permit.properties.plate })

export const putPermit = {
  method: 'PUT',
  url: '/api/compounds/:compoundId/permits/:plate',
  summary: 'Add or change the permit of one plate; refused when somebody else has changed it meanwhile',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    params: PermitParams,
    body: Type.Object({
      /** May name another plate: then that one gets the permit instead. Its group takes over its number of spaces. */
      permit: Permit,
      /** The permit as it was seen; without one the plate has none so far. */
      before: Type.Optional(Permit),
    }),
    response: { 200: Type.Object({ revision: Type.Integer() }) },
  },
} as const satisfies Endpoint

export const removePermit = {
  method: 'POST',
  url: '/api/compounds/:compoundId/permits/:plate/removal',
  summary: 'Take the permit of one plate away; refused when somebody else has changed it meanwhile',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    params: PermitParams,
    /** The permit as it was seen. */
    body: Type.Object({ before: Permit }),
    response: { 200: Type.Object({ revision: Type.Integer() }) },
  },
} as const satisfies Endpoint

export const previewPermitImport = {
  method: 'POST',
  url: '/api/compounds/:compoundId/permits/preview',
  summary: 'What importing a spreadsheet would do, and what is wrong with it. Nothing is stored',
  access: ['admin', 'property'],
  audit: 'look',
  schema: {
    params: CompoundParams,
    body: Type.Object({ sheet: Sheet, mode: ImportMode }),
    response: { 200: PermitImportPreview },
  },
} as const satisfies Endpoint

export const importPermits = {
  method: 'POST',
  url: '/api/compounds/:compoundId/permits/import',
  summary: 'Import permits from a spreadsheet: all rows or none; refused while a row has a problem',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    params: CompoundParams,
    body: Type.Object({ sheet: Sheet, mode: ImportMode }),
    response: {
      200: Type.Object({ revision: Type.Integer(), counts: PermitImportPreview.properties.counts }),
    },
  },
} as const satisfies Endpoint

export const listExpiringPermits = {
  method: 'GET',
  url: '/api/permits/expiring',
  summary: 'Permits in your scope that end soon or have just ended, the first to end first',
  access: ['admin', 'property'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      /** Looks so far ahead, and a week back. */
      days: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, default: 14 })),
    }),
    response: { 200: Type.Array(Type.Object({ compoundId: Id, permit: Permit })) },
  },
} as const satisfies Endpoint

export const listPassages = {
  method: 'GET',
  url: '/api/parking/passages',
  summary: 'The last cars at the lanes, newest first',
  access: ['admin', 'guard', 'property'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      before: Type.Optional(Instant),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: Type.Array(Passage) },
  },
} as const satisfies Endpoint
