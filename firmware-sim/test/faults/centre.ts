import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { Influxd } from '../../../platform/test/influxd.ts'
import { gatewayId } from '../house/house.ts'
import type { Stored } from './ledger.ts'
import { seqOf } from './steady-device.ts'

type Point = Stored['reports'][number]

/** What the centre has, read where it is stored and behind nobody's back: numbers of events and points of telemetry. */
export interface Centre {
  /** Numbers of all events by device, in the order of the gateway's numbers. */
  events(): Promise<ReadonlyMap<string, readonly number[]>>
  /** The highest number among the newest events of each device. */
  newestEvents(): Promise<ReadonlyMap<string, number>>
  reports(deviceId: string): Promise<readonly Point[]>
}

interface EventRow {
  readonly deviceId: string
  readonly eventId: string
}
type ReadRows = (order: 'asc' | 'desc', limit: number) => Promise<readonly EventRow[]>

const eventType = 'parking.vehicle-passed'
const newestRows = 500
/** A reader waits for a writer, and for a server that is being started. */
const busyMs = 5000

const readSqlite =
  (file: string): ReadRows =>
  async (order, limit) => {
    const database = new Database(file, { readonly: true, timeout: busyMs })
    try {
      return database
        .prepare(
          `select device_id as deviceId, json_extract(body, '$.eventId') as eventId from area_events
           where gateway_id = ? and type = ? order by epoch ${order}, seq ${order} limit ?`,
        )
        .all(gatewayId, eventType, limit) as EventRow[]
    } finally {
      database.close()
    }
  }

const readPostgres =
  (url: string): ReadRows =>
  async (order, limit) => {
    const client = new pg.Client(url)
    client.on('error', () => undefined) // the query tells it, too
    await client.connect()
    try {
      const { rows } = await client.query<EventRow>(
        `select device_id as "deviceId", body::json ->> 'eventId' as "eventId" from area_events
         where gateway_id = $1 and type = $2 order by epoch ${order}, seq ${order} limit $3`,
        [gatewayId, eventType, limit],
      )
      return rows
    } finally {
      await client.end()
    }
  }

const readInflux = (influx: Influxd) => async (deviceId: string) => {
  const rows = await influx.query(`SELECT temperature FROM barrier WHERE device = '${deviceId}'`)
  return rows.map(({ time, temperature }) => ({ at: Number(time), value: Number(temperature) }))
}

/** The embedded store: one file with the names of series, and one file of raw values for each day. */
const readEmbedded = (folder: string) => async (deviceId: string) => {
  const path = join(folder, 'series.sqlite')
  if (!existsSync(path)) return []
  const names = new Database(path, { readonly: true, timeout: busyMs })
  const series = names
    .prepare(`select id from series where device = ? and reading = 'temperature'`)
    .pluck()
    .all(deviceId) as number[]
  names.close()
  return readdirSync(folder)
    .filter((name) => /^raw-.*\.sqlite$/.test(name))
    .flatMap((name) => {
      const day = new Database(join(folder, name), { readonly: true, timeout: busyMs })
      const points = series.flatMap(
        (id) => day.prepare('select at, value from points where series = ? order by at').all(id) as Point[],
      )
      day.close()
      return points
    })
}

export interface CentreStores {
  /** Folder of the platform's data. */
  readonly folder: string
  /** Without it events are in SQLite. */
  readonly postgresUrl?: string | undefined
  /** Without it telemetry is in the embedded store. */
  readonly influx?: Influxd | undefined
}

export function openCentre({ folder, postgresUrl, influx }: CentreStores): Centre {
  const read = postgresUrl === undefined ? readSqlite(join(folder, 'platform.sqlite')) : readPostgres(postgresUrl)
  const byDevice = (rows: readonly EventRow[]) => {
    const events = new Map<string, number[]>()
    for (const { deviceId, eventId } of rows) {
      const own = events.get(deviceId)
      if (own) own.push(seqOf(eventId))
      else events.set(deviceId, [seqOf(eventId)])
    }
    return events
  }
  return {
    events: async () => byDevice(await read('asc', Number.MAX_SAFE_INTEGER)),
    newestEvents: async () => {
      const newest = byDevice(await read('desc', newestRows))
      return new Map([...newest].map(([deviceId, seqs]) => [deviceId, Math.max(...seqs)]))
    },
    reports: influx ? readInflux(influx) : readEmbedded(join(folder, 'telemetry')),
  }
}
