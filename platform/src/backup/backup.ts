import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { backupFailed } from '../errors.ts'
import { collect, type Findings } from './collect.ts'
import { manifestName, newManifest, type BackedUpFile, type Manifest } from './manifest.ts'
import { seal } from './sealing.ts'
import { writeTar, type ArchiveFile } from './tar.ts'

export interface BackupOptions {
  /** A file that ends in `.tar.gz`, or a folder. */
  readonly to: string
  readonly data: string
  readonly databaseUrl?: string | undefined
  /** Seals an archive. */
  readonly passphrase?: string | undefined
  /** Of the program. */
  readonly version: string
}

export const isArchive = (path: string) => /\.(?:tar\.gz|tgz)$/.test(path)

/** Notes what passes through: what the manifest says is what was written. */
async function* noted(files: AsyncIterable<ArchiveFile>, list: BackedUpFile[]): AsyncGenerator<ArchiveFile> {
  for await (const file of files) {
    const hash = createHash('sha256')
    const content = async function* () {
      for await (const chunk of file.content()) {
        hash.update(chunk)
        yield chunk
      }
      list.push({ path: file.path, bytes: file.bytes, sha256: hash.digest('hex') })
    }
    yield { ...file, content }
  }
}

/** The manifest comes last: only then is known what it says. */
async function* withManifest(options: BackupOptions, staging: string, done: (manifest: Manifest) => void) {
  const files: BackedUpFile[] = []
  const findings: Findings = {}
  yield* noted(collect({ ...options, data: resolve(options.data), staging }, findings), files)
  const manifest = newManifest({ createdAt: Date.now(), version: options.version, ...findings, files })
  done(manifest)
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 1)}\n`)
  yield { path: manifestName, mode: 0o600, bytes: text.length, content: () => Readable.from([text]) }
}

async function syncFile(path: string) {
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}

async function writeArchive(files: AsyncIterable<ArchiveFile>, to: string, passphrase: string | undefined) {
  const part = `${to}.part`
  try {
    const source = Readable.from(writeTar(files))
    const gzip = createGzip()
    const output = createWriteStream(part, { mode: 0o600, flags: 'wx' })
    if (passphrase === undefined) await pipeline(source, gzip, output)
    else await pipeline(source, gzip, (chunks: AsyncIterable<Buffer>) => seal(chunks, passphrase), output)
    await syncFile(part)
    await rename(part, to)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function writeFolder(files: AsyncIterable<ArchiveFile>, to: string) {
  await mkdir(to, { recursive: true, mode: 0o700 })
  if ((await readdir(to)).length > 0) throw backupFailed(`"${to}" is not empty`)
  for await (const file of files) {
    const path = join(to, file.path)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await pipeline(file.content(), createWriteStream(path, { mode: file.mode & 0o700, flags: 'wx', flush: true }))
  }
}

/** Makes a backup of a data folder, while its servers run. Answers what is in it. */
export async function makeBackup(options: BackupOptions): Promise<Manifest> {
  const to = resolve(options.to)
  const made = Promise.withResolvers<Manifest>()
  await mkdir(dirname(to), { recursive: true })
  // Copies of databases are made where the backup goes: there has to be room for it anyway.
  const staging = await mkdtemp(join(dirname(to), '.backup-'))
  try {
    const files = withManifest(options, staging, made.resolve)
    if (isArchive(to)) await writeArchive(files, to, options.passphrase)
    else if (options.passphrase === undefined) await writeFolder(files, to)
    else throw backupFailed('a passphrase seals an archive: let --to end in .tar.gz')
    return await made.promise
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
