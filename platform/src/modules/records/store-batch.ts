import type { AreaEventRecord } from '../../contract/index.ts'
import type { RecordContext, RecordHandler } from '../../core/records.ts'
import { toFlag, toJson } from '../../database/values.ts'
import { gatewayNotFound } from '../../errors.ts'
import { isLate, readRecord, type RecordReading } from './check.ts'
import { isTransient, RecordFailure } from './failure.ts'
import * as repo from './records.repo.ts'

export interface Batch {
  readonly gatewayId: string
  readonly records: readonly AreaEventRecord[]
  /** Everything below the newest record of a backlog is in it, was stored before, or is gone for good. */
  readonly oldestFirst: boolean
  readonly receivedAt: number
  /** By the gateway's clock. */
  readonly sentAt: number
  /** Records that an area failed on, and why: kept, but handed to nobody. */
  readonly failed: ReadonlyMap<number, string>
}

export interface Stored {
  readonly seq: number
  readonly compoundId: string
  /** What became of the records that were new. */
  readonly outcomes: readonly RecordReading['outcome'][]
}

interface Place {
  readonly gatewayId: string
  readonly epoch: number
}

function readAll({ records, failed, sentAt }: Batch, { gatewayId, epoch }: Place) {
  return records.map((record) => {
    const failure = failed.get(record.seq)
    const id = `${gatewayId}.${epoch}.${record.seq}`
    const reading: RecordReading =
      failure === undefined ? readRecord(record, id, sentAt) : { outcome: 'broken', problem: failure }
    return { source: record, reading }
  })
}

const toRow = (
  { source, reading }: ReturnType<typeof readAll>[number],
  place: Place & Pick<Batch, 'receivedAt' | 'sentAt'>,
) => ({
  gateway_id: place.gatewayId,
  epoch: place.epoch,
  seq: source.seq,
  type: source.type,
  at: source.at,
  received_at: place.receivedAt,
  device_id: source.deviceId ?? null,
  late: toFlag(isLate(source, place.sentAt)),
  body: toJson(source.body),
  problem: reading.outcome === 'broken' ? reading.problem : null,
})

async function handOver(
  { source, reading }: ReturnType<typeof readAll>[number],
  handlers: readonly RecordHandler[],
  context: RecordContext,
) {
  if (reading.outcome !== 'understood') return
  try {
    for (const handle of handlers) await handle(reading.record, context)
  } catch (error) {
    throw isTransient(error) ? error : new RecordFailure(source.seq, error)
  }
}

/** Stores what is new of a batch and lets every area act on it, all within one transaction. */
export async function storeBatch(
  batch: Batch,
  handlers: readonly RecordHandler[],
  { db, publish }: Pick<RecordContext, 'db' | 'publish'>,
): Promise<Stored> {
  const { gatewayId, receivedAt, sentAt, records } = batch
  const gateway = await repo.holdGateway(db, gatewayId, receivedAt)
  if (!gateway) throw gatewayNotFound(gatewayId)
  const place = { gatewayId, epoch: gateway.epoch, receivedAt, sentAt }
  const readings = readAll(batch, place)
  const added = await repo.insertNew(
    db,
    readings.map((reading) => toRow(reading, place)),
  )
  const context: RecordContext = { db, gatewayId, compoundId: gateway.compound_id, receivedAt, publish }
  const fresh = readings.filter(({ source }) => added.has(source.seq))
  for (const reading of fresh) await handOver(reading, handlers, context)

  const before = batch.oldestFirst ? Math.max(gateway.last_seq, records.at(-1)?.seq ?? 0) : gateway.last_seq
  const seq = await repo.contiguousFrom(db, { ...place, from: before })
  if (seq !== gateway.last_seq) await repo.setLastSeq(db, gatewayId, seq)
  return { seq, compoundId: gateway.compound_id, outcomes: fresh.map(({ reading }) => reading.outcome) }
}
