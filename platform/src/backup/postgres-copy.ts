import { spawn } from 'node:child_process'
import pg from 'pg'
import { backupFailed, restoreIncomplete, toolMissing } from '../errors.ts'
import type { Manifest } from './manifest.ts'
import { afterRestore } from './sqlite-copy.ts'

type PlatformFacts = Omit<NonNullable<Manifest['platform']>, 'missingPictures'>

/** By environment: arguments can be read by everybody on the host. */
function environmentOf(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const sslMode = searchParams.get('sslmode')
  return {
    PATH: '/usr/bin:/bin:/usr/local/bin',
    PGHOST: hostname,
    PGPORT: port === '' ? '5432' : port,
    PGUSER: decodeURIComponent(username),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    ...(password !== '' && { PGPASSWORD: decodeURIComponent(password) }),
    ...(sslMode !== null && { PGSSLMODE: sslMode }),
  }
}

async function run(tool: 'pg_dump' | 'pg_restore', args: readonly string[], url: string): Promise<void> {
  const child = spawn(tool, args, { env: environmentOf(url), stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => {
      reject('code' in error && error.code === 'ENOENT' ? toolMissing(tool) : error)
    })
    child.once('close', resolve)
  })
  if (code !== 0) throw backupFailed(`${tool} says: ${said.trim()}`)
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function column<T>(client: pg.Client, statement: string): Promise<T[]> {
  const { rows } = await client.query<[T]>({ text: statement, rowMode: 'array' })
  return rows.map(([value]) => value)
}

async function countRows(client: pg.Client): Promise<Record<string, number>> {
  const tables = await column<string>(
    client,
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%' ORDER BY tablename",
  )
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const [count] = await column<string>(client, `SELECT count(*) FROM ${client.escapeIdentifier(table)}`)
    counts[table] = Number(count)
  }
  return counts
}

async function factsOf(client: pg.Client): Promise<PlatformFacts> {
  const [migration = ''] = await column<string>(client, 'SELECT name FROM kysely_migration ORDER BY name DESC LIMIT 1')
  const gateways = await client.query<Record<'id' | 'epoch' | 'last_seq' | 'backlog', string>>(
    'SELECT id, epoch, last_seq, backlog FROM gateways ORDER BY id',
  )
  return {
    database: 'postgres',
    migration,
    counts: await countRows(client),
    gateways: gateways.rows.map(({ id, epoch, last_seq: lastSeq, backlog }) => ({
      id,
      epoch: Number(epoch),
      lastSeq: Number(lastSeq),
      backlog: Number(backlog),
    })),
  }
}

/** The database as of one moment: what is counted is what is dumped. */
export const dumpPostgres = (url: string, to: string): Promise<{ facts: PlatformFacts; pictures: readonly string[] }> =>
  withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const [snapshot = ''] = await column<string>(client, 'SELECT pg_export_snapshot()')
    await run('pg_dump', ['--format=custom', '--no-owner', `--snapshot=${snapshot}`, `--file=${to}`], url)
    const facts = await factsOf(client)
    const pictures = await column<string>(client, 'SELECT DISTINCT sha256 FROM media')
    await client.query('COMMIT')
    return { facts, pictures }
  })

export const isPostgresEmpty = (url: string): Promise<boolean> =>
  withClient(
    url,
    async (client) => (await column(client, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).length === 0,
  )

/** Whether a server works on the database. */
export const isPostgresInUse = (url: string): Promise<boolean> =>
  withClient(url, async (client) => {
    const others = await column(
      client,
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    return others.length > 0
  })

/** What stands in the way gets another name and stays. */
export const movePostgresAside = (url: string, name: string): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(`ALTER SCHEMA public RENAME TO ${client.escapeIdentifier(name)}`)
    await client.query('CREATE SCHEMA public')
  })

export async function loadPostgres(url: string, from: string): Promise<PlatformFacts> {
  // The dump creates the schema itself, which every new database has already.
  const args = [
    '--no-owner',
    '--schema=public',
    '--single-transaction',
    '--exit-on-error',
    `--dbname=${databaseOf(url)}`,
  ]
  await run('pg_restore', [...args, from], url)
  return withClient(url, factsOf)
}

const databaseOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1))

export const preparePostgres = (url: string): Promise<void> =>
  withClient(url, async (client) => {
    for (const statement of afterRestore) await client.query(statement)
  })

export const sameCounts = (before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) => {
  const tables = new Set([...Object.keys(before), ...Object.keys(after)])
  const differing = [...tables].filter((table) => before[table] !== after[table])
  if (differing.length === 0) return
  const [table = ''] = differing
  throw restoreIncomplete(`table "${table}" has ${after[table] ?? 0} rows instead of ${before[table] ?? 0}`)
}
