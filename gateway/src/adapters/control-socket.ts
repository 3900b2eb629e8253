import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { isAbsolute } from 'node:path'
import type { Logger } from '../core/ports.ts'

export interface ControlParts {
  /** Makes a copy of the database while it is being used. */
  readonly backup: (to: string) => Promise<void>
  readonly logger: Logger
}

/** Longer paths are cut off by the operating system without a word. */
const maxPathBytes = 100
const maxRequestBytes = 4096
const patienceMs = 10_000

/**
 * The door for whoever runs the host: a socket in the data folder, which only its owner may open. The database is
 * locked for all others, so a backup is asked for here: `{"backupTo":"/path"}`, one line, answered by one line.
 */
export async function openControlSocket(path: string, { backup, logger }: ControlParts) {
  if (Buffer.byteLength(path) > maxPathBytes) {
    logger.warn({ path }, 'the path of the data folder is too long: no backup while the gateway runs')
    return { close: () => Promise.resolve() }
  }
  const sockets = new Set<Socket>()

  async function answer(socket: Socket) {
    const request = await readLine(socket)
    try {
      const { backupTo } = JSON.parse(request) as { backupTo?: unknown }
      if (typeof backupTo !== 'string' || !isAbsolute(backupTo)) throw new Error('not a request')
      await backup(backupTo)
      socket.end('{"ok":true}\n')
    } catch (error) {
      socket.end(`${JSON.stringify({ ok: false, message: (error as Error).message })}\n`)
    }
  }

  await rm(path, { force: true }) // what a killed gateway has left
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    answer(socket).catch(() => socket.destroy())
  })
  server.listen(path)
  await once(server, 'listening')
  await chmod(path, 0o600)
  server.on('error', (error) => logger.error({ err: error }, 'control socket failed'))
  return {
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

async function readLine(socket: Socket): Promise<string> {
  const timer = setTimeout(() => socket.destroy(), patienceMs)
  let text = ''
  socket.setEncoding('utf8')
  const line = Promise.withResolvers<string>()
  socket.on('data', (chunk: string) => {
    text += chunk
    if (text.includes('\n')) line.resolve(text)
    else if (text.length > maxRequestBytes) socket.destroy()
  })
  socket.once('close', () => line.reject(new Error('it said nothing')))
  try {
    return await line.promise
  } finally {
    clearTimeout(timer)
  }
}
