import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { AppError, archiveDamaged, backupTooNew, databaseNeeded, targetInUse, targetNotEmpty } from '../errors.ts'
import { gatewayDatabase, platformDatabase, postgresDump } from './collect.ts'
import { isGatewayRunning } from './gateway-copy.ts'
import { manifestName, readManifest, type BackedUpFile, type Manifest } from './manifest.ts'
import * as postgres from './postgres-copy.ts'
import { unseal } from './sealing.ts'
import { isSqliteInUse, lookIntoGateway, lookIntoPlatform, prepareRestored } from './sqlite-copy.ts'
import { contentOf, readTar, type ArchiveFile } from './tar.ts'

export const partNames = ['platform', 'gateway'] as const
export type PartName = (typeof partNames)[number]

export interface RestoreOptions {
  readonly from: string
  readonly data: string
  readonly databaseUrl?: string | undefined
  readonly passphrase?: string | undefined
  /** Only this part; without it all that the backup holds. */
  readonly part?: PartName | undefined
  /** What stands in the way is moved aside. */
  readonly force: boolean
  /** Changes of the schema that this program knows. */
  readonly migrations: readonly string[]
}

export interface Restored {
  readonly manifest: Manifest
  /** Where things went that stood in the way. */
  readonly movedAside: readonly string[]
}

/** Writes one file of a backup below `folder`; answers what it was. */
async function save(file: ArchiveFile, folder: string): Promise<BackedUpFile> {
  const path = join(folder, file.path)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  const hashing = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
  const output = createWriteStream(path, { mode: file.mode & 0o700, flags: 'wx', flush: true })
  await pipeline(file.content(), hashing, output)
  return { path: file.path, bytes: file.bytes, sha256: hash.digest('hex') }
}

async function unpackArchive(from: string, passphrase: string | undefined, folder: string) {
  const files: BackedUpFile[] = []
  const gunzip = createGunzip()
  const opened = pipeline(Readable.from(unseal(createReadStream(from), passphrase)), gunzip)
  opened.catch(() => undefined) // it is thrown where the bytes are read
  try {
    await readTar(gunzip, async (file) => void files.push(await save(file, folder)))
    await opened
  } catch (error) {
    if (error instanceof AppError) throw error
    throw archiveDamaged(error instanceof Error ? error.message : 'it cannot be read')
  }
  return files
}

async function* namesBelow(folder: string, path = ''): AsyncGenerator<string> {
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    const name = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.isDirectory()) yield* namesBelow(folder, name)
    else yield name
  }
}

async function copyFolder(from: string, folder: string) {
  const files: BackedUpFile[] = []
  for await (const path of namesBelow(from)) {
    const { size, mode } = await stat(join(from, path))
    files.push(await save({ path, mode, bytes: size, content: contentOf(join(from, path), size) }, folder))
  }
  return files
}

/** Every file that the manifest names is there, as it says, and no other. */
function verify(manifest: Manifest, files: readonly BackedUpFile[]) {
  const found = new Map(files.map((file) => [file.path, file]))
  found.delete(manifestName)
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = found.get(path)
    if (!file) throw archiveDamaged(`"${path}" is missing`)
    if (file.bytes !== bytes || file.sha256 !== sha256) throw archiveDamaged(`"${path}" is not as it was backed up`)
    found.delete(path)
  }
  const [stranger] = found.keys()
  if (stranger !== undefined) throw archiveDamaged(`"${stranger}" was added`)
}

async function unpack({ from, passphrase, migrations }: RestoreOptions, folder: string): Promise<Manifest> {
  const isFolder = (await stat(from)).isDirectory()
  const files = isFolder ? await copyFolder(resolve(from), folder) : await unpackArchive(from, passphrase, folder)
  const manifest = readManifest(await readFile(join(folder, manifestName), 'utf8').catch(() => ''))
  verify(manifest, files)
  const migration = manifest.platform?.migration
  if (migration !== undefined && !migrations.includes(migration)) throw backupTooNew(`schema ${migration}`)
  return manifest
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
const isEmpty = async (folder: string) => !(await exists(folder)) || (await readdir(folder)).length === 0

const partsOf = (manifest: Manifest): PartName[] => partNames.filter((part) => manifest[part] !== undefined)

/** The manifest of what was asked for. */
function chosen(manifest: Manifest, part: PartName | undefined): Manifest {
  if (part === undefined) return manifest
  if (manifest[part] === undefined) throw archiveDamaged(`it holds no ${part}`)
  const { platform, gateway, ...rest } = manifest
  return part === 'platform' ? { ...rest, ...(platform && { platform }) } : { ...rest, ...(gateway && { gateway }) }
}

/** Nothing may run on what is replaced, and nothing is replaced that was not asked for. */
async function checkTarget({ data, databaseUrl, force }: RestoreOptions, manifest: Manifest) {
  for (const part of partsOf(manifest)) {
    if (!force && !(await isEmpty(join(data, part)))) throw targetNotEmpty(join(data, part))
  }
  if (manifest.gateway && (await isGatewayRunning(join(data, 'gateway')))) throw targetInUse('A gateway')
  if (manifest.platform && isSqliteInUse(join(data, platformDatabase))) throw targetInUse('A platform')
  if (manifest.platform?.database === 'postgres') await checkPostgres(databaseUrl, force)
}

async function checkPostgres(databaseUrl: string | undefined, force: boolean) {
  if (databaseUrl === undefined) throw databaseNeeded()
  if (await postgres.isPostgresInUse(databaseUrl)) throw targetInUse('A server')
  if (!force && !(await postgres.isPostgresEmpty(databaseUrl))) throw targetNotEmpty('the database')
}

async function restorePlatform(folder: string, { databaseUrl, force }: RestoreOptions, manifest: Manifest) {
  const { platform } = manifest
  if (!platform) return []
  if (platform.database === 'sqlite') {
    const path = join(folder, platformDatabase)
    postgres.sameCounts(platform.counts, lookIntoPlatform(path).facts.counts)
    prepareRestored(path)
    return []
  }
  const moved: string[] = []
  const url = databaseUrl ?? ''
  if (force && !(await postgres.isPostgresEmpty(url))) {
    const name = `before_restore_${Date.now()}`
    await postgres.movePostgresAside(url, name)
    moved.push(`schema ${name}`)
  }
  const dump = join(folder, postgresDump)
  const { counts } = await postgres.loadPostgres(url, dump)
  postgres.sameCounts(platform.counts, counts)
  await postgres.preparePostgres(url)
  await rm(dump)
  return moved
}

async function restoreGateway(folder: string, { gateway }: Manifest) {
  if (!gateway) return
  const path = join(folder, gatewayDatabase)
  postgres.sameCounts(gateway.counts, lookIntoGateway(path).counts)
  // The gateway reads it when it starts: numbers that it may have given since are not given again.
  await writeFile(`${path}.restored`, '', { mode: 0o600, flush: true })
}

async function moveIntoPlace(folder: string, data: string, manifest: Manifest): Promise<string[]> {
  const moved: string[] = []
  for (const part of partsOf(manifest)) {
    const place = join(data, part)
    if (!(await isEmpty(place))) {
      const aside = `${place}.before-restore-${Date.now()}`
      await rename(place, aside)
      moved.push(aside)
    } else await rm(place, { recursive: true, force: true })
    await mkdir(join(folder, part), { recursive: true, mode: 0o700 })
    await rename(join(folder, part), place)
  }
  return moved
}

/** Puts a backup into its place. It is read and verified to its end before anything else is touched. */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const data = resolve(options.data)
  await mkdir(data, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(data, '.restore-'))
  try {
    const manifest = chosen(await unpack(options, folder), options.part)
    await checkTarget({ ...options, data }, manifest)
    const movedSchemas = await restorePlatform(folder, options, manifest)
    await restoreGateway(folder, manifest)
    return { manifest, movedAside: [...movedSchemas, ...(await moveIntoPlace(folder, data, manifest))] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
