import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { connackPacket, packetReader, pubackPacket } from './mqtt-bytes.ts'

/**
 * The reference for durable ingest: reads the packet, appends the payload, syncs in groups, acknowledges.
 * No authentication, no schema, no rules. Usage: node bare-ingest-server.main.ts <file>
 */
const file = await open(process.argv[2] ?? '', 'a')
let waiting: { payload: Buffer; acknowledge: () => void }[] = []
let isWriting = false

async function drain() {
  isWriting = true
  while (waiting.length > 0) {
    const group = waiting
    waiting = []
    await file.write(Buffer.concat(group.map(({ payload }) => payload)))
    await file.datasync()
    for (const { acknowledge } of group) acknowledge()
  }
  isWriting = false
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.on(
    'data',
    packetReader(({ kind, body }) => {
      if (kind === 1) socket.write(connackPacket)
      if (kind !== 3) return
      const topicLength = body.readUInt16BE(0)
      const packetId = body.readUInt16BE(2 + topicLength)
      waiting.push({
        payload: Buffer.from(body.subarray(4 + topicLength)),
        acknowledge: () => socket.write(pubackPacket(packetId)),
      })
      if (!isWriting) void drain()
    }),
  )
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ msg: 'bare listening', mqttPort: port })}\n`)
})
