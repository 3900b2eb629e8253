import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { telemetryUnavailable } from '../../errors.ts'
import { influxAuthorization, type InfluxSettings } from './influx-settings.ts'
import type { SeriesQuery, TelemetryReader } from './telemetry.service.ts'

const row = Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number(), Type.Number()])
const Answer = Compile(
  Type.Object({
    results: Type.Array(
      Type.Object({
        error: Type.Optional(Type.String()),
        series: Type.Optional(Type.Array(Type.Object({ values: Type.Array(row) }))),
      }),
    ),
  }),
)

/** Names cannot be bound as parameters: only what needs no quoting passes. */
function identifier(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) throw new TypeError(`"${name}" is no name in InfluxQL`)
  return `"${name}"`
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no whole number`)
  return value
}

/** InfluxQL is the one query language that InfluxDB 1, 2 and 3 have in common. */
function statement({ kind, reading, gatewayId, from, to, intervalMs }: SeriesQuery): string {
  const field = identifier(reading)
  const gateway = gatewayId === undefined ? '' : ' AND "gateway" = $gateway'
  return (
    `SELECT mean(${field}), min(${field}), max(${field}), count(${field}) FROM ${identifier(kind)} ` +
    `WHERE "device" = $device${gateway} AND time >= ${whole(from)}ms AND time < ${whole(to)}ms ` +
    `GROUP BY time(${whole(intervalMs)}ms) fill(none)`
  )
}

/** Telemetry in an InfluxDB server. */
export function createInfluxReader(settings: InfluxSettings): TelemetryReader {
  const { url, database, timeoutMs = 10_000 } = settings
  const headers = influxAuthorization(settings)

  async function ask(query: SeriesQuery): Promise<unknown> {
    const address = new URL(`${url.replace(/\/$/, '')}/query`)
    const params = JSON.stringify({ device: query.deviceId, ...(query.gatewayId && { gateway: query.gatewayId }) })
    address.search = new URLSearchParams({ db: database, q: statement(query), params, epoch: 'ms' }).toString()
    const response = await fetch(address, { headers, signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) throw new Error(`InfluxDB answers ${response.status}`)
    return response.json()
  }

  return {
    async series(query) {
      const answer = await ask(query).catch((error: unknown) => {
        throw telemetryUnavailable(error)
      })
      if (!Answer.Check(answer)) throw telemetryUnavailable(new Error('InfluxDB answers in a form that we do not know'))
      const [result] = answer.results
      if (result?.error !== undefined) throw telemetryUnavailable(new Error(result.error))
      return (result?.series ?? []).flatMap(({ values }) =>
        values.map(([at, mean, min, max, count]) => ({ at, mean, min, max, count })),
      )
    },
  }
}
