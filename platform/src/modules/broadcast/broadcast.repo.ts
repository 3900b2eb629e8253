import type { Broadcast, Scope, SpeakerProgress } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { BroadcastRow } from '../../database/tables.ts'
import { present } from '../../database/values.ts'

async function withSpeakers(db: Database, rows: readonly BroadcastRow[]): Promise<Broadcast[]> {
  if (rows.length === 0) return []
  const speakers = await db
    .selectFrom('broadcast_speakers')
    .selectAll()
    .where(
      'broadcast_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('device_id')
    .execute()
  const byBroadcast = Map.groupBy(speakers, (speaker) => speaker.broadcast_id)
  return rows.map((row) => ({
    id: row.id,
    compoundId: row.compound_id,
    text: row.text,
    priority: row.priority as Broadcast['priority'],
    by: row.started_by,
    at: row.at,
    ...present({ reason: row.reason }),
    speakers: (byBroadcast.get(row.id) ?? []).map((speaker) => ({
      deviceId: speaker.device_id,
      state: speaker.state as SpeakerProgress['state'],
      at: speaker.at,
      ...present({ durationMs: speaker.duration_ms, reason: speaker.reason }),
    })),
  }))
}

export async function insertBroadcast(db: Database, { speakers, by, ...broadcast }: Broadcast): Promise<void> {
  const { id, compoundId, text, priority, reason, at } = broadcast
  await db
    .insertInto('broadcasts')
    .values({ id, compound_id: compoundId, text, priority, reason: reason ?? null, started_by: by, at })
    .execute()
  const rows = speakers.map(({ deviceId, state, at: since }) => ({
    broadcast_id: id,
    device_id: deviceId,
    state,
    at: since,
  }))
  await db.insertInto('broadcast_speakers').values(rows).execute()
}

/** The states that each state may follow. Neither a repeated nor an overtaken report takes a speaker back. */
const before: Readonly<Record<SpeakerProgress['state'], readonly SpeakerProgress['state'][]>> = {
  queued: [],
  fetched: ['queued'],
  started: ['queued', 'fetched'],
  finished: ['queued', 'fetched', 'started'],
  failed: ['queued', 'fetched', 'started'],
  'pre-empted': ['queued', 'fetched', 'started'],
}

/** Notes how far a speaker has come; answers whether the broadcast of this compound has such a speaker. */
export async function saveProgress(
  db: Database,
  { broadcastId, compoundId }: { readonly broadcastId: string; readonly compoundId: string },
  progress: SpeakerProgress,
): Promise<boolean> {
  if (before[progress.state].length === 0) return false
  const { numUpdatedRows } = await db
    .updateTable('broadcast_speakers')
    .set({
      state: progress.state,
      at: progress.at,
      duration_ms: progress.durationMs ?? null,
      reason: progress.reason ?? null,
    })
    .where('broadcast_id', '=', broadcastId)
    .where('device_id', '=', progress.deviceId)
    .where('state', 'in', before[progress.state])
    .where('broadcast_id', 'in', (eb) =>
      eb.selectFrom('broadcasts').select('broadcasts.id').where('broadcasts.compound_id', '=', compoundId),
    )
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Speakers that have not begun: the announcement never reached the gateway. */
export const failWaiting = (db: Database, broadcastId: string, { at, reason }: { at: number; reason: string }) =>
  db
    .updateTable('broadcast_speakers')
    .set({ state: 'failed', at, reason })
    .where('broadcast_id', '=', broadcastId)
    .where('state', '=', 'queued')
    .execute()

export async function findBroadcast(db: Database, id: string, scope: Scope = ''): Promise<Broadcast | undefined> {
  const row = await db
    .selectFrom('broadcasts')
    .selectAll()
    .where('id', '=', id)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()
  return row && (await withSpeakers(db, [row]))[0]
}

export async function listBroadcasts(
  db: Database,
  filter: { readonly scope: Scope; readonly compoundId?: string | undefined; readonly limit: number },
): Promise<Broadcast[]> {
  let query = db.selectFrom('broadcasts').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (filter.compoundId !== undefined) query = query.where('compound_id', '=', filter.compoundId)
  return withSpeakers(db, await query.orderBy('at', 'desc').orderBy('id').limit(filter.limit).execute())
}
