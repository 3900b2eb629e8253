import { statSync } from 'node:fs'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import plugin from 'fastify-plugin'
import { routeNotFound } from '../errors.ts'
import { answerError } from './error-handler.ts'

/** Paths of programs: an unknown one is an error and no page. */
const forPrograms = /^\/(api|influx|socket\.io|docs|metrics)(\/|$)/

function isFileIn(folder: string, path: string): boolean {
  const full = join(folder, path)
  if (path.includes('\0') || !full.startsWith(folder + sep)) return false
  return statSync(full, { throwIfNoEntry: false })?.isFile() === true
}

/** The page behind the QR code of a lane is a small one of its own; all others are the console. */
const pageOf = (path: string) => (path.startsWith('pay/') ? 'pay.html' : 'index.html')

/** Serves the built console: each of its two pages is one file, whatever follows in the path. */
export const consoleFiles = plugin<{ readonly folder: string }>(
  async (app, { folder }) => {
    await app.register(fastifyStatic, {
      root: folder,
      serve: false,
      suppressWarning: true,
      setHeaders(reply, path) {
        // Vite puts a hash of the content into the names of assets.
        const lasting = path.includes(`${join(folder, 'assets')}/`)
        void reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    app.route<{ Params: { '*': string } }>({
      method: 'GET',
      url: '/*',
      config: { access: 'public' },
      schema: { hide: true },
      handler(request, reply) {
        const path = request.params['*']
        if (forPrograms.test(request.url)) return answerError(routeNotFound(), request, reply)
        return reply.sendFile(isFileIn(folder, path) ? path : pageOf(path), { cacheControl: false })
      },
    })
  },
  { name: 'console-files' },
)
