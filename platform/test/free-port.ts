import { once } from 'node:events'
import { createServer } from 'node:net'
import { randomInt } from 'node:crypto'

/** Below what the system gives to port 0 and to outgoing connections: nobody takes one of these by chance. */
const [lowest, highest] = [20_000, 30_000]

/** A port that was free a moment ago, for servers that cannot choose one themselves or must keep theirs. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
