import type { BaseLogger } from 'pino'
import { Counter } from 'prom-client'
import type { Metrics } from '../../core/metrics.ts'
import type { Clock, Publisher, RecordSink } from '../../core/ports.ts'
import type { RecordContext, RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import { RecordFailure } from './failure.ts'
import { storeBatch, type Batch } from './store-batch.ts'

export interface RecordsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'error'>
  /** What the areas make of a record, in this order. */
  readonly handlers: readonly RecordHandler[]
}

type News = Parameters<RecordContext['publish']>

export function createRecordsService(ports: RecordsPorts): RecordSink {
  const { db, clock, publisher, handlers, logger } = ports
  const records = new Counter({
    name: 'gatehouse_records_total',
    help: 'New records of gateways by what became of them',
    labelNames: ['outcome'],
    registers: [ports.metrics.registry],
  })

  /** Each further try leaves out one more record, so there are at most as many tries as records. */
  async function store(batch: Batch): Promise<number> {
    const news: News[] = []
    try {
      const { seq, outcomes, compoundId } = await db
        .transaction()
        .execute((tx) =>
          storeBatch(batch, handlers, { db: tx, publish: (event, payload) => news.push([event, payload]) }),
        )
      for (const outcome of outcomes) records.inc({ outcome })
      for (const [event, payload] of news) publisher.publish(event, compoundId, payload)
      return seq
    } catch (error) {
      if (!(error instanceof RecordFailure)) throw error
      logger.error({ err: error.cause, gatewayId: batch.gatewayId, seq: error.seq }, 'record not understood')
      return store({ ...batch, failed: new Map([...batch.failed, [error.seq, error.message]]) })
    }
  }

  return {
    async store(gatewayId, { records: batch, lane, clock: sentAt }) {
      const oldestFirst = lane === 'backlog'
      const times = { receivedAt: clock.now(), sentAt }
      return { seq: await store({ gatewayId, records: batch, oldestFirst, ...times, failed: new Map() }) }
    },
  }
}
