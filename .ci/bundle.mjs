// Makes one file of each server and of each of its threads, with the libraries that they use: a thousand small modules
// take three times as long to load, which is what cars wait for after a power cut.
//   node .ci/bundle.mjs   gateway/dist and platform/dist, where they are older than their sources
import { basename, dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { modified, newest } from './modified.mjs'

const root = join(import.meta.dirname, '..')

/** Packages that bring machine code or files of their own stay where they are. */
const external = ['better-sqlite3', '@node-rs/argon2', '@fastify/swagger-ui', 'pg-native']

/** A thread is a file of its own, which its server finds beside itself. */
const threads = {
  name: 'threads',
  transform: {
    filter: { code: 'new Worker(' },
    handler(code, path) {
      return code.replaceAll(/new URL\('(\.\/[\w.-]+)\.ts', import\.meta\.url\)/g, (_match, thread) => {
        const fileName = `${basename(thread)}.js`
        this.emitFile({ type: 'chunk', id: join(dirname(path), `${thread}.ts`), fileName })
        return `new URL('./${fileName}', import.meta.url)`
      })
    },
  },
}

async function bundleServer(server) {
  const bundle = await rolldown({
    cwd: join(root, server),
    input: { main: join(root, server, 'src/main.ts') },
    platform: 'node',
    external,
    plugins: [threads],
  })
  await bundle.write({
    dir: join(root, server, 'dist'),
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  await bundle.close()
}

/** Does nothing where everything is up to date. */
export async function setup() {
  const sources = Math.max(
    ...['gateway/src', 'platform/src'].map((folder) => newest(join(root, folder))),
    modified(join(root, 'package-lock.json')),
    modified(import.meta.filename),
  )
  for (const server of ['gateway', 'platform'])
    if (modified(join(root, server, 'dist/main.js')) <= sources) await bundleServer(server)
}

if (process.argv[1] === import.meta.filename) await setup()
