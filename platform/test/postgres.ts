import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { vi } from 'vitest'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const debianRoot = '/usr/lib/postgresql'

/** PostgreSQL refuses to run as root; Debian brings a user for it. */
const isRoot = process.getuid?.() === 0
const command = (program: string, args: readonly string[]): [string, string[]] =>
  isRoot ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, [...args]]

async function newestBin(): Promise<string> {
  const versions = await readdir(debianRoot)
  const [newest] = versions.sort((a, b) => Number(b) - Number(a))
  if (newest === undefined) throw new Error('PostgreSQL is not installed')
  return join(debianRoot, newest, 'bin')
}

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-postgres-'))
  if (!isRoot) return folder
  const { stdout } = await run('id', ['-u', 'postgres'])
  await chown(folder, Number(stdout), -1)
  return folder
}

/** A server of its own in a folder of its own, gone after `stop`. */
export async function startPostgres() {
  const [bin, folder, port] = [await newestBin(), await ownFolder(), await freePort()]
  const data = join(folder, 'data')
  const initdb = ['-D', data, '-U', 'gatehouse', '--auth=trust', '--encoding=UTF8', '--no-sync']
  await run(...command(join(bin, 'initdb'), initdb), { cwd: folder })
  const options = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-c', 'fsync=off']
  const [program, args] = command(join(bin, 'postgres'), options)
  const server = spawn(program, args, { cwd: folder, stdio: 'ignore' })
  const urlOf = (database: string) => `postgres://gatehouse@127.0.0.1:${port}/${database}`

  async function execute(statement: string) {
    const client = new pg.Client(urlOf('postgres'))
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  await vi.waitFor(() => execute('select 1'), { timeout: 20_000, interval: 100 })

  let databases = 0
  return {
    /** A fresh database: empty, or as the one behind `url`, which nobody may be using. */
    async createDatabase(url?: string): Promise<string> {
      databases += 1
      const template = url === undefined ? '' : `template ${new URL(url).pathname.slice(1)}`
      await execute(`create database test${databases} ${template}`)
      return urlOf(`test${databases}`)
    },
    async stop() {
      const ended = once(server, 'exit')
      // `pg_ctl` reaches the server also behind `runuser`; `immediate` because nothing is kept.
      await run(...command(join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate']), { cwd: folder })
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

export type Postgres = Awaited<ReturnType<typeof startPostgres>>
