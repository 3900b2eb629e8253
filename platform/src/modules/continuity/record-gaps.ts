import { maxKeptGaps, type StoredRecords } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'

type Gap = StoredRecords['gaps'][number]

interface Place {
  readonly gatewayId: string
  readonly epoch: number
}

/** The numbers that a gateway uses now: the epoch begins above `epochStart`, and `lastSeq` is stored. */
interface PresentEpoch {
  readonly epoch: number
  readonly epochStart: number
  readonly lastSeq: number
}

/** What was found so far in the rows of one epoch. */
interface Checked extends Place {
  /** Up to this number they were looked at. */
  seq: number
  stored: number
  missing: number
  problems: number
  gaps: readonly Gap[]
}

const rowsPerPage = 5000
/** In one go; the rest follows at the next look, so that nobody waits long for an answer. */
const pagesPerLook = 20
/** A gateway whose database was replaced goes on far above: that is a new beginning, not a million lost records. */
const newBeginning = 1_000_000_000

const pageOf = (db: Database, { gatewayId, epoch, seq }: Checked) =>
  db
    .selectFrom('area_events')
    .select(['seq', 'problem'])
    .where('gateway_id', '=', gatewayId)
    .where('epoch', '=', epoch)
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(rowsPerPage)
    .execute()

async function firstSeqOf(db: Database, { gatewayId, epoch }: Place): Promise<number | undefined> {
  const row = await db
    .selectFrom('area_events')
    .select('seq')
    .where('gateway_id', '=', gatewayId)
    .where('epoch', '=', epoch)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row?.seq
}

function takeRow(state: Checked, { seq, problem }: { readonly seq: number; readonly problem: string | null }): void {
  const width = seq - state.seq - 1
  if (width > 0 && width < newBeginning) {
    state.missing += width
    state.gaps = [...state.gaps, { epoch: state.epoch, from: state.seq + 1, to: seq - 1 }].slice(-maxKeptGaps)
  }
  state.seq = seq
  state.stored += 1
  if (problem !== null) state.problems += 1
}

/** `settled` is the number up to which nothing can come any more: above it, news may have overtaken a backlog. */
async function lookOn(db: Database, state: Checked, settled: number): Promise<void> {
  for (let pages = 0; pages < pagesPerLook && state.seq < settled; pages += 1) {
    const due = (await pageOf(db, state)).filter(({ seq }) => seq <= settled)
    for (const row of due) takeRow(state, row)
    if (due.length < rowsPerPage) return
  }
}

/** Looks through the stored records of gateways for numbers that are missing: what is gone must be seen to be gone. */
export function createRecordGaps(db: Database) {
  const checked = new Map<string, Map<number, Checked>>()
  let looking: Promise<void> = Promise.resolve()

  /** The first epoch begins with one, the present one as the gateway has told; of others only their first row tells. */
  async function stateOf(place: Place, present: PresentEpoch): Promise<Checked | undefined> {
    const epochs = checked.get(place.gatewayId) ?? new Map<number, Checked>()
    checked.set(place.gatewayId, epochs)
    const known = epochs.get(place.epoch)
    if (known) return known
    const told = place.epoch === present.epoch ? present.epochStart + 1 : place.epoch === 1 ? 1 : undefined
    const first = told ?? (await firstSeqOf(db, place))
    if (first === undefined) return undefined
    const state = { ...place, seq: first - 1, stored: 0, missing: 0, problems: 0, gaps: [] }
    epochs.set(place.epoch, state)
    return state
  }

  async function lookAt(gatewayId: string, present: PresentEpoch) {
    for (let epoch = 1; epoch <= present.epoch; epoch += 1) {
      const state = await stateOf({ gatewayId, epoch }, present)
      if (state) await lookOn(db, state, epoch === present.epoch ? present.lastSeq : Number.MAX_SAFE_INTEGER)
    }
  }

  return {
    /** One after the other: who asks and the regular look may come at once, and a row must not count twice. */
    look(gatewayId: string, present: PresentEpoch): Promise<void> {
      const done = looking.then(() => lookAt(gatewayId, present))
      looking = done.catch(() => undefined) // whoever asked for it handles it
      return done
    },

    of(gatewayId: string, epoch: number): Omit<StoredRecords, 'lastSeq' | 'lastAt'> {
      const states = [...(checked.get(gatewayId)?.values() ?? [])]
      const sum = (figure: 'stored' | 'missing' | 'problems') =>
        states.reduce((total, state) => total + state[figure], 0)
      return {
        checkedSeq: checked.get(gatewayId)?.get(epoch)?.seq ?? 0,
        ...{ stored: sum('stored'), missing: sum('missing'), problems: sum('problems') },
        gaps: states.flatMap(({ gaps }) => gaps).slice(-maxKeptGaps),
      }
    },
  }
}

export type RecordGaps = ReturnType<typeof createRecordGaps>
