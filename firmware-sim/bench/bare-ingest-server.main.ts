import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { openGroupedLog } from './grouped-log.ts'
import { connackPacket, packetReader, pubackPacket } from './mqtt-bytes.ts'

/**
 * The reference for durable ingest: reads the packet, appends the payload, syncs in groups, acknowledges.
 * No authentication, no schema, no rules. Usage: node bare-ingest-server.main.ts <file>
 */
const log = await openGroupedLog(process.argv[2] ?? '')

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.on(
    'data',
    packetReader(({ kind, body }) => {
      if (kind === 1) socket.write(connackPacket)
      if (kind !== 3) return
      const topicLength = body.readUInt16BE(0)
      const packetId = body.readUInt16BE(2 + topicLength)
      log.append(Buffer.from(body.subarray(4 + topicLength)), () => socket.write(pubackPacket(packetId)))
    }),
  )
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ msg: 'bare listening', mqttPort: port })}\n`)
})
