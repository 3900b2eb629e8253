import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { once } from 'node:events'
import { Server as SocketServer } from 'socket.io'
import { connackPacket, packetReader, pubackPacket } from './mqtt-bytes.ts'

/** The reference for event → console: MQTT publish in, Socket.IO broadcast out, nothing stored, nobody asked. */
const http = createHttpServer()
const sockets = new SocketServer(http)
const devices = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.on(
    'data',
    packetReader(({ kind, body }) => {
      if (kind === 1) socket.write(connackPacket)
      if (kind !== 3) return
      const topicLength = body.readUInt16BE(0)
      const message = JSON.parse(body.subarray(4 + topicLength).toString()) as { plate?: string }
      if (message.plate !== undefined) sockets.emit('alert:raised', { details: { rawPlate: message.plate } })
      socket.write(pubackPacket(body.readUInt16BE(2 + topicLength)))
    }),
  )
})
const listen = async (server: Server) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
const ready = { msg: 'relay listening', mqttPort: await listen(devices), httpPort: await listen(http) }
process.stdout.write(`${JSON.stringify(ready)}\n`)
