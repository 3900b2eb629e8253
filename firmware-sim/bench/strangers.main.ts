import { connect, type Socket } from 'node:net'
import { setPriority } from 'node:os'
import { topics } from '@gatehouse/gateway/protocol'
import { connectPacket, packetReader, publishPacket } from './mqtt-bytes.ts'

/**
 * Connections that mean no good. Whoever is shown out knocks again at once.
 * Usage: node strangers.main.ts <port> <connections> <silent | trickle | flood | guests> <addresses> [secret]
 */
const [port = 0, count = 0] = process.argv.slice(2, 4).map(Number)
const kind = process.argv[4] ?? ''
const addresses = Number(process.argv[5])
const secret = process.argv[6] ?? ''

// They stand for other machines: what they compute must not be taken from the gateway.
setPriority(19)

export interface StrangerFigures {
  readonly open: number
  readonly connected: number
  readonly ended: number
  readonly acknowledged: number
}

let open = 0
let connected = 0
let ended = 0
let acknowledged = 0
const introduction = connectPacket('nobody', 'wrong')
const garbage = Buffer.alloc(64 * 1024, 0x5a)

/** Writes as fast as the other side takes it. */
function pour(socket: Socket, bytes: Buffer) {
  while (!socket.destroyed && socket.write(bytes));
  socket.once('drain', () => pour(socket, bytes))
}

/** Half a CONNECT is worth as much as none. */
function trickle(socket: Socket) {
  let at = 0
  const timer = setInterval(() => {
    const byte = introduction[at]
    at += 1
    if (byte === undefined || socket.destroyed) clearInterval(timer)
    else socket.write(Uint8Array.of(byte))
  }, 1000)
}

function signInAndPour(socket: Socket, index: number) {
  const deviceId = `flood-${index}`
  const report = JSON.stringify({ at: 1, seq: 1, arm: 'closed', loop: false, temperatureCelsius: 20 })
  const message = publishPacket(topics.report(deviceId), 1, report)
  const onPacket = packetReader(({ kind: type }) => {
    if (type === 2) pour(socket, Buffer.concat(Array.from({ length: 50 }, () => message)))
    if (type === 4) acknowledged += 1
  })
  socket.on('data', onPacket)
  socket.write(connectPacket(deviceId, secret))
}

const behaviours: Readonly<Record<string, (socket: Socket, index: number) => void>> = {
  silent: () => undefined,
  trickle,
  // Some are refused at their first byte, some at their password.
  flood: (socket, index) => pour(socket, index % 2 === 0 ? garbage : Buffer.concat([introduction, garbage])),
  guests: signInAndPour,
}

function knock(index: number) {
  const localAddress = `127.0.${index % addresses === 0 ? 0 : 1}.${(index % addresses) + 1}`
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  socket.on('error', () => undefined)
  socket.once('connect', () => {
    open += 1
    connected += 1
    socket.once('close', () => {
      open -= 1
      ended += 1
    })
    if (kind !== 'guests') socket.resume()
    behaviours[kind]?.(socket, index)
  })
  socket.once('close', () => setImmediate(() => knock(index)))
}

for (let index = 0; index < count; index += 1) knock(index)
process.on('message', () => {
  const figures: StrangerFigures = { open, connected, ended, acknowledged }
  process.send?.(figures)
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
