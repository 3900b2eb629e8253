import { once } from 'node:events'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { backupFailed } from '../errors.ts'
import { copySqlite } from './sqlite-copy.ts'

/** A database of a hundred gigabytes on a slow card. */
const copyWithinMs = 3_600_000

const isNobodyThere = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')

/** A running gateway locks its database for all others: it makes the copy itself. */
async function askGateway(socketPath: string, to: string): Promise<boolean> {
  const socket = connect(socketPath)
  try {
    await once(socket, 'connect')
  } catch (error) {
    if (isNobodyThere(error)) return false
    throw error
  }
  socket.setTimeout(copyWithinMs, () => socket.destroy(new Error('the gateway does not answer')))
  socket.write(`${JSON.stringify({ backupTo: resolve(to) })}\n`)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  const answer = JSON.parse(text === '' ? '{}' : text) as { readonly ok?: boolean; readonly message?: string }
  if (answer.ok !== true) throw backupFailed(`the gateway says: ${answer.message ?? 'nothing'}`)
  return true
}

/** Whether a gateway runs on this folder. */
export async function isGatewayRunning(folder: string): Promise<boolean> {
  const socket = connect(join(folder, 'control.sock'))
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    if (isNobodyThere(error)) return false
    throw error
  } finally {
    socket.destroy()
  }
}

export async function copyGatewayDatabase(folder: string, to: string): Promise<void> {
  if (!(await askGateway(join(folder, 'control.sock'), to))) copySqlite(join(folder, 'state.db'), to)
}
