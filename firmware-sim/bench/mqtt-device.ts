import { once } from 'node:events'
import { connect } from 'node:net'
import { CommandEnvelope, topics, type CommandResult } from '@gatehouse/gateway/protocol'
import { Compile } from 'typebox/compile'
import { connectPacket, packetReader, pubackPacket, publishPacket, subscribePacket, type Packet } from './mqtt-bytes.ts'

export interface MqttDevice {
  /** Sends a QoS 1 message; `onAcknowledged` is called with its PUBACK. */
  send(channel: 'report' | 'event' | 'result', message: object, onAcknowledged?: () => void): void
  close(): void
}

interface MqttDeviceOptions {
  readonly port: number
  readonly deviceId: string
  readonly secret: string
  /** Called with the name of each command, before it is answered with success. */
  readonly onCommand: (op: string) => void
  /** Called when the other side has ended the connection. */
  readonly onLost?: (error: Error) => void
}

const command = Compile(CommandEnvelope)

/** A device as bytes: signs in, hears commands and does them at once. Rejects when it is not let in. */
export async function startMqttDevice(options: MqttDeviceOptions): Promise<MqttDevice> {
  const { port, deviceId, secret, onCommand, onLost } = options
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const unanswered = new Map<number, () => void>()
  let lastPacketId = 0
  const listening = Promise.withResolvers<undefined>()
  listening.promise.catch(() => undefined) // awaited below, unless the connection fails before
  let isClosing = false
  socket.once('close', () => {
    listening.reject(new Error(`${deviceId} was not let in`))
    if (!isClosing) onLost?.(new Error(`the connection of ${deviceId} was ended`))
  })
  socket.on('error', () => undefined) // followed by `close`

  const device: MqttDevice = {
    send(channel, message, onAcknowledged) {
      lastPacketId = (lastPacketId % 65_535) + 1
      if (onAcknowledged) unanswered.set(lastPacketId, onAcknowledged)
      socket.write(publishPacket(topics[channel](deviceId), lastPacketId, JSON.stringify(message)))
    },
    close() {
      isClosing = true
      socket.destroy()
    },
  }

  function obey(body: Buffer) {
    const topicLength = body.readUInt16BE(0)
    const { op, commandId } = command.Parse(JSON.parse(body.subarray(4 + topicLength).toString()))
    onCommand(op)
    socket.write(pubackPacket(body.readUInt16BE(2 + topicLength)))
    device.send('result', { commandId, ok: true } satisfies CommandResult)
  }

  function take({ kind, body }: Packet) {
    if (kind === 2) socket.write(subscribePacket(topics.command(deviceId)))
    else if (kind === 9) listening.resolve(undefined)
    else if (kind === 3) obey(body)
    else if (kind === 4) {
      const packetId = body.readUInt16BE(0)
      unanswered.get(packetId)?.()
      unanswered.delete(packetId)
    }
  }

  socket.on('data', packetReader(take))
  await once(socket, 'connect')
  socket.write(connectPacket(deviceId, secret))
  await listening.promise
  return device
}
