import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { uplinkTopics } from '@gatehouse/platform/contract'
import { topics } from '@gatehouse/gateway/protocol'
import { expect, onTestFinished, vi } from 'vitest'
import { startTestBroker } from '../../../gateway/test/broker-setup.ts'
import { createMemoryPlatform, openUplink } from '../../../platform/test/uplink-setup.ts'
import { introduction, type Client } from './client.ts'
import { disconnect, split, type ConnectParts, type Packet } from './packets.ts'

/** One of our brokers, with somebody who may sign in and what that client may say and hear. */
export interface BrokerUnderTest {
  readonly port: number
  readonly client: Client
  /** Others who may sign in. */
  readonly another: (index: number) => Client
  /** What was taken from clients, in the order of arrival. */
  readonly heard: () => readonly string[]
  /** Whether somebody who speaks for the first time is told something. */
  readonly welcomes: boolean
  /** How many wills were carried out. */
  readonly wills: () => number
  /** Lets go of everything that was heard. */
  readonly forget: () => void
  /** Says something to the client; rejects when nobody is there to hear it. */
  readonly tell: (text: string) => Promise<void>
}

/** What is tried here comes to nothing ten thousand times, and is not what the pace of strangers is there to stop. */
const fruitless = { perSecond: 10_000, burst: 10_000 }

/** A device, as the gateway knows it. */
const deviceOf = (index: number): Client => {
  const deviceId = `lane-${index}`
  return {
    ...{ clientId: deviceId, user: deviceId, password: `secret of ${deviceId}` },
    ...{ upTopic: topics.report(deviceId), downTopic: topics.command(deviceId) },
    will: { topic: topics.status(deviceId), message: 'offline' },
    say: (text) => text,
  }
}

async function startGatewayBroker(): Promise<BrokerUnderTest> {
  const { broker, front, refusals } = await startTestBroker({ plain: { host: '127.0.0.1', port: 0 }, fruitless })
  front.signIn.mockImplementation((deviceId, secret) => (secret === `secret of ${deviceId}` ? 'admitted' : 'refused'))
  const client = deviceOf(1)
  return {
    port: broker.ports.plain ?? 0,
    welcomes: false,
    client,
    another: deviceOf,
    heard: () => front.accept.mock.calls.map(([, , payload]) => Buffer.from(payload).toString()),
    wills: () => front.disconnected.mock.calls.filter(([, reason]) => reason === 'last-will').length,
    tell: (text) => broker.send(client.user, 'command', { commandId: text, op: 'open' }),
    forget() {
      for (const spy of Object.values(front)) spy.mockClear()
      refusals.length = 0
    },
  }
}

const lastWill = 'last will'
const sayToPlatform = (text: string) => JSON.stringify({ type: 'command-accepted', commandId: text })

/** A gateway, as the platform knows it. */
const gatewayOf = (index: number): Client => {
  const gatewayId = `gw-${index}`
  return {
    ...{ clientId: `gatehouse-${gatewayId}`, user: gatewayId, password: `secret of ${gatewayId}` },
    ...{ upTopic: uplinkTopics.up(gatewayId), downTopic: uplinkTopics.down(gatewayId) },
    will: { topic: uplinkTopics.up(gatewayId), message: sayToPlatform(lastWill) },
    say: sayToPlatform,
  }
}

async function startPlatformBroker(): Promise<BrokerUnderTest> {
  const platform = createMemoryPlatform()
  const uplink = await openUplink(platform, { listen: { port: 0, fruitless } })
  const client = gatewayOf(1)
  return {
    port: uplink.port,
    welcomes: true,
    client,
    another: gatewayOf,
    heard: () => platform.told.accepted.filter((text) => text !== lastWill),
    wills: () => platform.told.accepted.filter((text) => text === lastWill).length,
    tell: (text) =>
      uplink.link.send(client.user, {
        ...{ type: 'command', commandId: text, expiresAt: Date.now() + 60_000, deviceId: 'b', name: 'open', args: {} },
      }),
    forget() {
      for (const list of Object.values(platform.told)) list.length = 0
    },
  }
}

export const brokers = { gateway: startGatewayBroker, platform: startPlatformBroker }
export type BrokerName = keyof typeof brokers
export const brokerNames = Object.keys(brokers) as BrokerName[]

/** A bare connection that keeps what it receives. */
export async function openSocket(port: number) {
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true })
  onTestFinished(() => void socket.destroy())
  const chunks: Buffer[] = []
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // Not `once`: a reset is as good an end as any.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')
  return {
    socket,
    closed: () => closed,
    isClosed: () => socket.destroyed,
    received: () => Buffer.concat(chunks),
    forget: () => void chunks.splice(0),
    packets: () => split(Buffer.concat(chunks)),
    write: (...bytes: readonly Uint8Array[]) => socket.write(Buffer.concat(bytes)),
    /** Waits until a packet of that type has come, and answers it. */
    async next(type: number, count = 1): Promise<Packet> {
      return vi.waitFor(() => {
        const found = split(Buffer.concat(chunks)).filter((packet) => packet.type === type)[count - 1]
        expect(found, `packet ${count} of type ${type}`).toBeDefined()
        return found as Packet
      })
    },
  }
}

export type RawConnection = Awaited<ReturnType<typeof openSocket>>

/** Somebody who has signed in. */
export async function signIn({ port, client }: BrokerUnderTest, parts: ConnectParts = {}): Promise<RawConnection> {
  const connection = await openSocket(port)
  connection.write(introduction(client, parts))
  const { body } = await connection.next(2)
  expect([...body]).toEqual([0, 0])
  return connection
}

/** Leaves as one should. */
export async function leave(connection: RawConnection): Promise<void> {
  connection.write(disconnect)
  await connection.closed()
}
