import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** No device can be called so. */
export const probeName = '$watchdog'

const connack = Buffer.from([0x20, 2, 0, 0])
const pingreq = Buffer.from([0xc0, 0])
const pingresp = Buffer.from([0xd0, 0])
const disconnect = Buffer.from([0xe0, 0])

const text = (value: string) => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([length, Buffer.from(value)])
}

/** CONNECT of MQTT 3.1.1 with user name, password and a clean session. */
function connectPacket(secret: string): Buffer {
  const header = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 30])])
  const body = Buffer.concat([header, text(probeName), text(probeName), text(secret)])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

async function expectAnswer(socket: Socket, sent: Buffer, expected: Buffer): Promise<void> {
  const answer = once(socket, 'data')
  socket.write(sent)
  const [bytes] = (await answer) as [Buffer]
  if (!bytes.equals(expected)) throw new Error(`the broker answers ${bytes.toString('hex')}`)
}

/** Signs in at the broker's own listener and pings it, as a device does. Rejects when it does not answer in time. */
export async function pingBroker(port: number, secret: string, withinMs: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const timer = setTimeout(() => socket.destroy(new Error('the broker does not answer')), withinMs)
  try {
    await once(socket, 'connect')
    await expectAnswer(socket, connectPacket(secret), connack)
    await expectAnswer(socket, pingreq, pingresp)
    socket.end(disconnect)
  } finally {
    clearTimeout(timer)
    socket.on('error', () => undefined) // nobody asks it anything any more
    socket.destroySoon()
  }
}
