import { join } from 'node:path'
import type { TelemetryNumber } from '../telemetry-points.ts'
import { openDurable } from './period-files.ts'

type SeriesName = Pick<TelemetryNumber, 'gatewayId' | 'deviceId' | 'kind' | 'reading'>

const schema = `
  CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, device TEXT NOT NULL, kind TEXT NOT NULL, reading TEXT NOT NULL,
    UNIQUE (device, kind, reading, gateway)
  );`

/** None of the names can contain a slash. */
const keyOf = ({ gatewayId, deviceId, kind, reading }: SeriesName) => `${gatewayId}/${deviceId}/${kind}/${reading}`

/** Numbers for series names: points of a series carry eight bytes instead of eighty. */
export function openCatalogue(folder: string, maxSeries: number) {
  const database = openDurable(join(folder, 'series.sqlite'), schema)
  const insert = database.prepare<[string, string, string, string]>(
    'INSERT INTO series (gateway, device, kind, reading) VALUES (?, ?, ?, ?)',
  )
  const find = database
    .prepare<[string, string, string, string | null, string | null], number>(
      'SELECT id FROM series WHERE device = ? AND kind = ? AND reading = ? AND (? IS NULL OR gateway = ?)',
    )
    .pluck()
  const known = new Map(
    database
      .prepare<[], SeriesName & { id: number }>(
        'SELECT id, gateway AS gatewayId, device AS deviceId, kind, reading FROM series',
      )
      .all()
      .map((row) => [keyOf(row), row.id]),
  )

  function add(name: SeriesName): number | undefined {
    if (known.size >= maxSeries) return undefined
    const { lastInsertRowid } = insert.run(name.gatewayId, name.deviceId, name.kind, name.reading)
    known.set(keyOf(name), Number(lastInsertRowid))
    return Number(lastInsertRowid)
  }

  return {
    /** The number of a series; `undefined` when it is new and there are too many already. */
    numberOf: (name: SeriesName) => known.get(keyOf(name)) ?? add(name),
    /** All series of a reading; more than one after a device moved to another gateway. */
    find: ({
      deviceId,
      kind,
      reading,
      gatewayId = null,
    }: Omit<SeriesName, 'gatewayId'> & { gatewayId?: string | undefined | null }) =>
      find.all(deviceId, kind, reading, gatewayId, gatewayId),
    size: () => known.size,
    close: () => database.close(),
  }
}

export type Catalogue = ReturnType<typeof openCatalogue>
