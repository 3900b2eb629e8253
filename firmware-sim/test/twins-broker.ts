import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { parseTopic } from '@gatehouse/gateway/protocol'
import { Aedes, type Client } from 'aedes'
import { onTestFinished } from 'vitest'

export interface Heard {
  readonly deviceId: string
  readonly channel: string
  readonly retain: boolean
  readonly text: string
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
const listen = (server: Server, port: number) =>
  new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })

/** A real MQTT broker that lets in who knows the secret and writes down what it hears. */
export async function startBroker(secretOf: (deviceId: string) => string) {
  const broker = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const heard: Heard[] = []
  broker.authenticate = (client: Client, ...[username, password, done]) => {
    done(null, username !== undefined && client.id === username && password?.toString() === secretOf(username))
  }
  broker.on('publish', ({ topic, payload, retain }, client) => {
    const known = parseTopic(topic)
    // Wills are published by the broker itself and have no client.
    if (!known || (!client && known.channel !== 'status')) return
    heard.push({ ...known, retain, text: payload.toString() })
  })
  const start = async (port: number) => {
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      broker.handle(socket)
    })
    await listen(server, port)
    return server
  }
  let server = await start(0)
  const port = portOf(server)
  const cut = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(async () => {
    cut()
    await new Promise<void>((resolve) => {
      broker.close(resolve)
    })
  })
  const json = (channel: string) => (deviceId: string) =>
    heard
      .filter((message) => message.deviceId === deviceId && message.channel === channel)
      .map(({ text }) => JSON.parse(text) as Record<string, unknown>)
  return {
    url: `mqtt://127.0.0.1:${port}`,
    heard,
    reportsOf: json('report'),
    eventsOf: json('event'),
    resultsOf: json('result'),
    statusesOf: (deviceId: string) =>
      heard.filter((message) => message.deviceId === deviceId && message.channel === 'status'),
    command(deviceId: string, command: object) {
      broker.publish(
        {
          cmd: 'publish',
          topic: `gh/v1/${deviceId}/command`,
          qos: 1,
          payload: JSON.stringify(command),
          retain: false,
          dup: false,
        },
        () => undefined,
      )
    },
    cut,
    async restore() {
      server = await start(port)
    },
  }
}

/** A gateway's picture door: takes what is PUT and remembers it with its credentials. */
export async function startPictureStore() {
  const stored = new Map<string, { authorization: string; bytes: Buffer }>()
  const server = createHttpServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const name = request.url?.split('/').at(-1) ?? ''
      stored.set(name, { authorization: request.headers.authorization ?? '', bytes: Buffer.concat(parts) })
      response.writeHead(204).end()
    })
  })
  await listen(server, 0)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${portOf(server)}`, stored }
}
