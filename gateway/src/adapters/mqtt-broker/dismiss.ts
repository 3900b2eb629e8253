import type { Client } from 'aedes'
import type { Socket } from 'node:net'

/** A machine that is there answers the end of a connection within a round trip. */
const answerWithinMs = 1000

/**
 * Ends a connection whose place was taken, and tells whether a machine was still at the other end of it: one that is
 * there ends its side, too; a half-open connection stays silent or is reset.
 */
export function dismiss(client: Client, socket: Socket, onEnded: (wasAlive: boolean) => void): void {
  const destroy = socket.destroy.bind(socket)
  // The broker library lets go of the connection by destroying it; then nobody could hear the answer.
  socket.destroy = () => socket
  const readBefore = socket.bytesRead
  let isAnswered = false
  const timer = setTimeout(destroy, answerWithinMs)
  socket.once('end', () => {
    isAnswered = true
    destroy()
  })
  socket.once('close', () => {
    clearTimeout(timer)
    onEnded(isAnswered || socket.bytesRead > readBefore)
  })
  client.close()
  socket.on('error', ignore)
  socket.end()
  // What it still says is read to get to its end, and thrown away. Listeners of the library go in the next tick.
  setImmediate(() => socket.resume())
}

function ignore() {
  // A reset is an answer of nobody: `close` follows.
}
