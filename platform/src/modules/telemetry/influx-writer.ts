import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { badTelemetry, telemetryUnavailable } from '../../errors.ts'
import { influxAuthorization, type InfluxSettings } from './influx-settings.ts'
import type { LineProblem } from './line-protocol.ts'
import { readPoints, type TelemetryNumber } from './telemetry-points.ts'
import type { TelemetryWriter, WriteBody } from './telemetry.service.ts'

const unzip = promisify(gunzip)
const zip = promisify(gzip)
/** What a compressed write may grow to. */
const maxTextBytes = 32 * 1024 * 1024

/** Every name in it was checked, so nothing needs escaping. */
const lineOf = ({ kind, gatewayId, deviceId, reading, value, at }: TelemetryNumber) =>
  `${kind},gateway=${gatewayId},device=${deviceId} ${reading}=${value} ${at}`

function writeAddress({ url, flavour, database, organisation = '' }: InfluxSettings): string {
  const base = url.replace(/\/$/, '')
  const search =
    flavour === 'v2'
      ? new URLSearchParams({ org: organisation, bucket: database, precision: 'ms' })
      : new URLSearchParams({ db: database, precision: 'ms' })
  return `${base}${flavour === 'v2' ? '/api/v2/write' : '/write'}?${search.toString()}`
}

async function textOf({ body, gzip: packed }: WriteBody): Promise<string> {
  const bytes = packed ? await unzip(body, { maxOutputLength: maxTextBytes }) : body
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

/** Passes the telemetry of gateways on to an InfluxDB server, so that only the platform needs to sign in there. */
export function createInfluxWriter(settings: InfluxSettings): TelemetryWriter {
  const address = writeAddress(settings)
  const headers = { ...influxAuthorization(settings), 'content-encoding': 'gzip', 'content-type': 'text/plain' }

  /** Answers what InfluxDB did not take. */
  async function post(points: readonly TelemetryNumber[]): Promise<LineProblem[]> {
    if (points.length === 0) return []
    const body = await zip(points.map(lineOf).join('\n'))
    const signal = AbortSignal.timeout(settings.timeoutMs ?? 10_000)
    const response = await fetch(address, { method: 'POST', headers, body, signal })
    if (response.ok) return []
    const answer = (await response.text()).slice(0, 300)
    // A type conflict for example: the good lines are stored, and the others would never be taken.
    if (response.status === 400) return [{ line: 0, problem: answer }]
    throw new Error(`InfluxDB answers ${response.status}: ${answer}`)
  }

  return {
    async write(body) {
      const text = await textOf(body).catch((error: unknown) => {
        throw badTelemetry(error instanceof Error ? error.message : 'damaged')
      })
      const { points, problems } = readPoints({ ...body, text }, Date.now())
      const conflicts = await post(points).catch((error: unknown) => {
        throw telemetryUnavailable(error)
      })
      return { stored: points.length, problems: [...problems, ...conflicts] }
    },
  }
}
