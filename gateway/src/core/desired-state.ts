import { desiredAreas, type DesiredArea, type DesiredBody, type NewAreaEvent } from '@gatehouse/platform/contract'
import { Type, type TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { Clock, Logger, StateStore } from './ports.ts'
import { delay } from './retry.ts'

export interface ApplyFailure {
  readonly deviceId: string
  readonly reason: string
}

/** Stores and applies one area's body; answers the devices that could not take it. */
export type DesiredAppliers = {
  readonly [A in DesiredArea]: (body: DesiredBody<A>) => Promise<readonly ApplyFailure[]>
}

export interface DesiredState {
  load(): Promise<void>
  /** Stored revision of each area. */
  revisions(): Readonly<Record<string, number>>
  /** What is stored of an area cannot be used: it is asked for as if there were nothing. */
  forget(area: string): void
  /** Stores and applies a revision, then tells so. Resolves when done; a known revision changes nothing. */
  apply(area: string, revision: number, body: unknown): Promise<void>
}

interface DesiredStateOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly clock: Clock
  readonly logger: Logger
  readonly appliers: DesiredAppliers
}

const stateArea = 'desired'
/** What comes from a file has no number; the first revision of a platform replaces it. */
export const fileRevision = 0

/** The file is read anew with each start, until a platform has said something. */
const isSuperseded = (stored: number, revision: number) =>
  revision === fileRevision ? stored > fileRevision : stored === revision

/** Checked without a pause: a car at the gate does not wait behind a long list. */
const itemsPerTurn = 5000

interface CompiledArea {
  readonly maxItems: ReadonlyMap<string, number>
  readonly validator: Validator
  readonly apply: (body: never) => Promise<readonly ApplyFailure[]>
}

/** What the platform wants, by area and revision. The gateway lives on its stored copy while the platform is away. */
export function createDesiredState({ store, clock, logger, appliers }: DesiredStateOptions): DesiredState {
  const areas = new Map<string, CompiledArea>(
    Object.entries<TSchema>(desiredAreas).map(([area, schema]) => [
      area,
      { validator: Compile(schema), maxItems: maxItemsOf(schema), apply: appliers[area as DesiredArea] },
    ]),
  )
  const revisions = new Map<string, number>()
  let last: Promise<void> = Promise.resolve()

  async function applyNow(area: string, revision: number, body: unknown) {
    const known = areas.get(area)
    if (!known) {
      logger.warn({ area, revision }, 'desired state of an unknown area ignored')
      return
    }
    if (isSuperseded(revisions.get(area) ?? 0, revision)) return
    if (!(await fits(known, body))) {
      logger.error({ area, revision }, 'desired state refused by its schema')
      return
    }
    const failed = await known.apply(body as never)
    await store.commit({
      state: [{ area: stateArea, key: area, value: revision }],
      events: revision === fileRevision ? [] : [appliedEvent({ area, revision, failed }, clock.now())],
    })
    revisions.set(area, revision)
    logger.info({ area, revision, failed: failed.length }, 'desired state applied')
  }

  return {
    async load() {
      for (const [area, revision] of await store.entries(stateArea)) revisions.set(area, revision as number)
    },
    revisions: () => Object.fromEntries(revisions),
    forget: (area) => void revisions.delete(area),
    apply(area, revision, body) {
      // One after the other: a later revision must not be overtaken by an earlier one.
      const done = last.then(() => applyNow(area, revision, body))
      last = done.catch(() => undefined) // the caller of `apply` handles it
      return done
    },
  }
}

/** How long each list of a body may be. */
function maxItemsOf(schema: TSchema): ReadonlyMap<string, number> {
  const properties = Type.IsObject(schema) ? Object.entries(schema.properties) : []
  return new Map(
    properties.flatMap(([name, list]) =>
      'maxItems' in list && typeof list.maxItems === 'number' ? [[name, list.maxItems]] : [],
    ),
  )
}

/** Whether a body follows its schema, looked at piece by piece: each of its lists with some of its items only. */
async function fits({ validator, maxItems }: CompiledArea, body: unknown): Promise<boolean> {
  if (typeof body !== 'object' || body === null) return false
  const lists = Object.entries(body).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const short = { ...body, ...Object.fromEntries(lists.map(([name]) => [name, []])) }
  if (!validator.Check(short)) return false
  for (const [name, items] of lists) {
    if (items.length > (maxItems.get(name) ?? Infinity)) return false
    for (let from = 0; from < items.length; from += itemsPerTurn) {
      if (!validator.Check({ ...short, [name]: items.slice(from, from + itemsPerTurn) })) return false
      await delay(0)
    }
  }
  return true
}

interface Applied {
  readonly area: string
  readonly revision: number
  readonly failed: readonly ApplyFailure[]
}

const appliedEvent = ({ area, revision, failed }: Applied, at: number): NewAreaEvent => ({
  type: 'devices.desired-applied',
  at,
  body: { area, revision, failed: failed.slice(0, 5000).map((failure) => ({ ...failure })) },
})
