import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface Influxd {
  readonly url: string
  readonly pid: number
  /** InfluxQL; answers the first series as objects by column. */
  query(statement: string, database?: string): Promise<Record<string, unknown>[]>
  /** Ends the server at once, as a crash would, and keeps its data. */
  kill(): Promise<void>
  /** Starts it again on the same port with the same data. */
  restart(): Promise<void>
  /** Ends the server and deletes its data. */
  stop(): Promise<void>
}

/** Starts a real InfluxDB 1.x (`influxd`) of its own on free loopback ports, with one database. */
export async function startInfluxd(database = 'gatehouse'): Promise<Influxd> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-influxd-'))
  const [httpPort, rpcPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${httpPort}`
  const file = join(folder, 'influxdb.conf')
  await writeFile(file, configuration(folder, httpPort, rpcPort))
  let child = await launch(file, url)

  const influxd: Influxd = {
    url,
    get pid() {
      return child.pid ?? 0
    },
    query: (statement, db = database) => query(url, statement, db),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
    restart: async () => {
      child = await launch(file, url)
    },
    stop: async () => {
      await influxd.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await influxd.query(`CREATE DATABASE "${database}"`)
  return influxd
}

async function launch(file: string, url: string) {
  const child = spawn('influxd', ['-config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.length < 100 && said.push(text))
  const failed = once(child, 'exit').then(() => {
    throw new Error(`influxd ended before it answered; is InfluxDB 1.x installed? ${said.join('')}`)
  })
  await Promise.race([failed, untilAnswering(url)])
  failed.catch(() => undefined) // from now on an exit is what a test wants
  return child
}

async function untilAnswering(url: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/ping`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('influxd did not answer within 20 s')
}

interface QueryAnswer {
  readonly results?: readonly { readonly error?: string; readonly series?: readonly Series[] }[]
}
interface Series {
  readonly columns: readonly string[]
  readonly values: readonly (readonly unknown[])[]
}

async function query(url: string, statement: string, database: string): Promise<Record<string, unknown>[]> {
  const parameters = new URLSearchParams({ db: database, epoch: 'ms', q: statement })
  const answer = await fetch(`${url}/query`, { method: 'POST', body: parameters })
  const { results } = (await answer.json()) as QueryAnswer
  const problem = results?.find(({ error }) => error !== undefined)?.error
  if (!answer.ok || problem !== undefined) throw new Error(problem ?? `influxd answered ${answer.status}`)
  return (results?.[0]?.series ?? []).flatMap(({ columns, values }) =>
    values.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]]))),
  )
}

const configuration = (folder: string, httpPort: number, rpcPort: number) => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  index-version = "tsi1"
  wal-fsync-delay = "0s"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[continuous_queries]
  enabled = false
[logging]
  level = "error"
`
