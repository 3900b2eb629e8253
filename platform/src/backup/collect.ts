import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { backupFailed } from '../errors.ts'
import { copyGatewayDatabase } from './gateway-copy.ts'
import type { Manifest } from './manifest.ts'
import { dumpPostgres } from './postgres-copy.ts'
import { copySqlite, lookIntoGateway, lookIntoPlatform } from './sqlite-copy.ts'
import { contentOf, type ArchiveFile } from './tar.ts'

export interface CollectOptions {
  /** The data folder, with `platform`, `gateway` or both inside. */
  readonly data: string
  /** Where copies are made; on the disk that the backup goes to. */
  readonly staging: string
  readonly databaseUrl?: string | undefined
}

/** What was found on the way: complete when the last file has been taken. */
export type Findings = { -readonly [K in 'platform' | 'gateway']?: Manifest[K] }

export const platformDatabase = 'platform/platform.sqlite'
export const postgresDump = 'platform/postgres.dump'
export const gatewayDatabase = 'gateway/state.db'

/** Databases and what belongs to them are copied in their own way; what was put aside or is being written is not. */
const otherwise =
  /(?:^|\/)(?:platform\.sqlite|state\.db(?!\.id$))|\.damaged-|\.next$|\.part$|\.restored$|^(?:incoming|telemetry|media)$/

async function* filesBelow(folder: string, path: string): AsyncGenerator<string> {
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    if (otherwise.test(entry.name)) continue
    const name = `${path}/${entry.name}`
    if (entry.isDirectory()) yield* filesBelow(folder, name)
    else if (entry.isFile()) yield name
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** The file as it is now; nothing when it has gone. It may grow while it is read: what is added is not taken. */
async function fileAt(path: string, from: string): Promise<ArchiveFile | undefined> {
  try {
    const { size, mode } = await stat(from)
    return { path, mode: mode & 0o777, bytes: size, content: contentOf(from, size) }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function listing(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

async function* present(data: string, paths: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ArchiveFile> {
  for await (const path of paths) {
    const file = await fileAt(path, join(data, path))
    if (file) yield file
  }
}

/** A copy that is gone again when it has been taken. */
async function* copied(staging: string, path: string, copy: (to: string) => unknown): AsyncGenerator<ArchiveFile> {
  const folder = await mkdtemp(join(staging, 'copy-'))
  try {
    const to = join(folder, 'database')
    await copy(to)
    const file = await fileAt(path, to)
    if (file) yield { ...file, mode: 0o600 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The catalogue of series comes last: every series that the others name is in it. */
async function* telemetryOf({ data, staging }: CollectOptions) {
  const names = (await listing(join(data, 'platform/telemetry'))).filter((name) => /^[a-z0-9-]+\.sqlite$/.test(name))
  const catalogue = names.filter((name) => name === 'series.sqlite')
  for (const name of [...names.filter((other) => other !== 'series.sqlite'), ...catalogue]) {
    const path = `platform/telemetry/${name}`
    yield* copied(staging, path, (to) => copySqlite(join(data, path), to))
  }
}

async function* platformFiles(options: CollectOptions, findings: Findings): AsyncGenerator<ArchiveFile> {
  const { data, staging, databaseUrl } = options
  // Keys and anchors before the database, so that it holds whatever they speak of; pictures behind it for the same reason.
  yield* present(data, filesBelow(data, 'platform'))
  yield* telemetryOf(options)
  let pictures: readonly string[] = []
  const copy = async (to: string) => {
    if (databaseUrl === undefined) copySqlite(join(data, platformDatabase), to)
    const found = databaseUrl === undefined ? lookIntoPlatform(to) : await dumpPostgres(databaseUrl, to)
    pictures = found.pictures
    findings.platform = { ...found.facts, missingPictures: 0 }
  }
  yield* copied(staging, databaseUrl === undefined ? platformDatabase : postgresDump, copy)
  let missingPictures = 0
  for (const sha256 of pictures) {
    const path = `platform/media/${sha256.slice(0, 2)}/${sha256}`
    const file = await fileAt(path, join(data, path))
    if (file) yield file
    else missingPictures += 1
  }
  if (findings.platform) findings.platform = { ...findings.platform, missingPictures }
}

async function* picturesOfGateway(data: string): AsyncGenerator<string> {
  for (const part of await listing(join(data, 'gateway/media'))) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue
    for (const sha256 of await listing(join(data, 'gateway/media', part))) yield `gateway/media/${part}/${sha256}`
  }
}

async function* gatewayFiles({ data, staging }: CollectOptions, findings: Findings): AsyncGenerator<ArchiveFile> {
  yield* present(data, filesBelow(data, 'gateway'))
  // The position first: what is shipped meanwhile is shipped once more, which does no harm.
  const spool = (await listing(join(data, 'gateway/telemetry'))).filter((name) =>
    /^(?:position|\d{16}\.log)$/.test(name),
  )
  yield* present(
    data,
    spool
      .sort()
      .reverse()
      .map((name) => `gateway/telemetry/${name}`),
  )
  yield* copied(staging, gatewayDatabase, async (to) => {
    await copyGatewayDatabase(join(data, 'gateway'), to)
    findings.gateway = lookIntoGateway(to)
  })
  yield* present(data, picturesOfGateway(data))
}

/** Every file of a data folder as it is now, each database as of one moment, while servers go on using them. */
export async function* collect(options: CollectOptions, findings: Findings): AsyncGenerator<ArchiveFile> {
  const { data, databaseUrl } = options
  const hasPlatform = databaseUrl !== undefined || (await fileAt('', join(data, platformDatabase))) !== undefined
  const hasGateway = (await fileAt('', join(data, gatewayDatabase))) !== undefined
  if (!hasPlatform && !hasGateway) throw backupFailed(`"${data}" holds neither a platform nor a gateway`)
  if (hasPlatform) yield* platformFiles(options, findings)
  if (hasGateway) yield* gatewayFiles(options, findings)
}
