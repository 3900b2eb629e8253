import { HttpError, InfluxDB } from '@influxdata/influxdb-client'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

export interface InfluxOptions {
  readonly url: string
  readonly flavour: 'v1' | 'v2' | 'v3'
  readonly database: string
  /** v2 only. */
  readonly org?: string | undefined
  /** v2 and v3. */
  readonly token?: string | undefined
  /** v1. */
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Instead of all of these: value of the header as it is now; nothing while we may not write yet. */
  readonly authorization?: (() => string | undefined) | undefined
  readonly timeoutMs?: number | undefined
}

export interface InfluxWriter {
  /** Resolves when the server has said that it stored the lines. */
  write(text: string): Promise<void>
  /** Breaks off what is under way. */
  close(): void
}

const defaultTimeoutMs = 10_000
const gzipFromBytes = 1000

/**
 * One write, one answer. The library's own retry buffer lives in memory and drops what it cannot place, so it is
 * turned off: the spool decides what is sent again.
 */
export function createInfluxWriter(options: InfluxOptions): InfluxWriter {
  const { url, timeoutMs = defaultTimeoutMs } = options
  const agent = new (url.startsWith('https:') ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 })
  const client = new InfluxDB({ url, timeout: timeoutMs, transportOptions: { agent } })
  const writeOptions = {
    batchSize: 2,
    flushInterval: 0,
    maxRetries: 0,
    maxBufferLines: 0,
    maxBatchBytes: Number.MAX_SAFE_INTEGER,
    gzipThreshold: gzipFromBytes,
    // Answering the error here also keeps the library from printing it.
    writeFailed: (error: Error) => Promise.reject(error),
  }
  const path = writePath(options)
  return {
    write: async (text) => {
      // Our clock, for a server of ours whose own one may be wrong.
      const headers = { ...authorization(options), date: new Date().toUTCString() }
      const api = client.getWriteApi(options.org ?? '', options.database, 'ms', { ...writeOptions, headers })
      api.path = path
      try {
        // The lines go through as one record: the library would only measure each and join them again.
        api.writeRecord(text)
        await api.flush()
      } catch (error) {
        // The library leaves a request that was not answered in time on its connection, and the next one would wait
        // behind it for ever.
        if (!(error instanceof HttpError)) agent.destroy()
        throw error
      } finally {
        api.dispose()
      }
    },
    close: () => agent.destroy(),
  }
}

function writePath({ flavour, database, org = '' }: InfluxOptions): string {
  const name = encodeURIComponent(database)
  return flavour === 'v2'
    ? `/api/v2/write?org=${encodeURIComponent(org)}&bucket=${name}&precision=ms`
    : `/write?db=${name}&precision=ms`
}

function authorization(options: InfluxOptions): Record<string, string> {
  const { flavour, token, user, password = '' } = options
  if (options.authorization) {
    const present = options.authorization()
    if (present === undefined) throw new Error('the platform has not let this gateway in yet')
    return { authorization: present }
  }
  if (flavour !== 'v1') return token ? { authorization: `${flavour === 'v2' ? 'Token' : 'Bearer'} ${token}` } : {}
  return user ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } : {}
}

/**
 * What to do about a failed write. `retry`: the server is away or busy. `config`: a person must act, nothing is wrong
 * with the lines. `poison`: the server will never take these lines as they are; good ones among them may be stored.
 */
export function classify(error: unknown): 'retry' | 'config' | 'poison' {
  if (!(error instanceof HttpError)) return 'retry'
  const { statusCode } = error
  if (statusCode >= 500 || [408, 425, 429].includes(statusCode)) return 'retry'
  return statusCode === 400 || statusCode === 413 || statusCode === 422 ? 'poison' : 'config'
}

/** How many lines a partial write has left out, as far as the server tells; it has stored the others. */
export function linesLeftOut(error: unknown): number {
  if (!(error instanceof HttpError)) return 0
  const match = /partial write[^]*dropped=(\d+)/.exec(`${error.message} ${error.body ?? ''}`)
  return Number(match?.[1] ?? 0)
}
