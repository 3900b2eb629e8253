import { uplinkTopics, type DesiredFile, type UplinkDown, type UplinkUp } from '@gatehouse/platform/contract'
import { Aedes } from 'aedes'
import mqtt from 'mqtt'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { loadConfig, startGateway, type Gateway } from '../src/gateway.ts'
import { topics } from '../src/protocol/index.ts'
import { silentLogger } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const gatewayId = 'garden'
export const gatewaySecret = 'secret-of-the-gateway'

type Batch = Extract<UplinkUp, { type: 'batch' }>

/** A platform as the gateway sees it: a broker, and somebody who answers. */
export async function startPlatform(options: { port?: number; acknowledge?: boolean } = {}) {
  const broker = await Aedes.createBroker({
    authenticate: (_client, username, ...[password, done]) => {
      done(null, username === gatewayId && password?.toString() === gatewaySecret)
    },
  })
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    broker.handle(socket)
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const messages: UplinkUp[] = []
  const state = { acknowledge: options.acknowledge ?? true, storedSeq: 0, clock: () => Date.now() }

  const send = (message: UplinkDown) =>
    broker.publish(
      {
        cmd: 'publish',
        topic: uplinkTopics.down(gatewayId),
        payload: JSON.stringify(message),
        qos: 1,
        dup: false,
        retain: false,
      },
      () => undefined,
    )
  function take(message: UplinkUp) {
    messages.push(message)
    if (message.type === 'hello') send({ type: 'welcome', clock: state.clock(), seq: state.storedSeq })
    if (message.type !== 'batch' || !state.acknowledge) return
    if (message.lane === 'backlog') state.storedSeq = message.records.at(-1)?.seq ?? 0
    send({ type: 'ack', batch: message.batch, lane: message.lane, seq: state.storedSeq })
  }
  broker.subscribe(
    uplinkTopics.up(gatewayId),
    (packet, done) => {
      const bytes = packet.payload as Buffer
      take(JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()) as UplinkUp)
      done()
    },
    () => undefined,
  )
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => {
      broker.close(() => resolve())
    })
    server.close()
  }
  onTestFinished(close)
  const batches = () => messages.filter((message): message is Batch => message.type === 'batch')
  return {
    port: (server.address() as AddressInfo).port,
    state,
    messages,
    send,
    close,
    batches,
    records: () => batches().flatMap(({ records }) => records),
    recordsOf: (type: string) =>
      batches()
        .flatMap(({ records }) => records)
        .filter((record) => record.type === type),
    ofType: <T extends UplinkUp['type']>(type: T) =>
      messages.filter((message): message is Extract<UplinkUp, { type: T }> => message.type === type),
  }
}

/** Where pictures go. */
export async function startPictureShelf() {
  const pictures = new Map<string, { bytes: Buffer; authorization: string | undefined }>()
  const state = { status: 204 }
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const name = request.url?.split('/').at(-1) ?? ''
      if (state.status === 204 && request.method === 'PUT') {
        pictures.set(name, { bytes: Buffer.concat(chunks), authorization: request.headers.authorization })
      }
      response.writeHead(state.status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pictures, state }
}

/** A gateway on free ports; stopped at the end of the test, if not before. */
export async function startTestGateway(env: Readonly<Record<string, string>>, desired?: DesiredFile) {
  const folder = env['GATEHOUSE_DATA'] ?? (await temporaryFolder())
  const file = join(folder, 'desired.json')
  if (desired) await writeFile(file, JSON.stringify(desired))
  const config = loadConfig({
    GATEHOUSE_GATEWAY_ID: gatewayId,
    GATEHOUSE_GATEWAY_SECRET: gatewaySecret,
    GATEHOUSE_MQTT_PORT: '0',
    GATEHOUSE_GATEWAY_HTTP_PORT: '0',
    ...env,
    GATEHOUSE_DATA: folder,
    ...(desired && { GATEHOUSE_DESIRED: file }),
  })
  const gateway = await startGateway(config, silentLogger)
  let closed: Promise<void> | undefined
  const close = () => (closed ??= gateway.close())
  onTestFinished(close)
  return { ...gateway, close, folder }
}

/** A device with its real protocol: does what it is told unless the test says otherwise. */
export async function startDevice(
  { mqttPort }: Pick<Gateway, 'mqttPort'>,
  deviceId: string,
  { isMute = false }: { readonly isMute?: boolean } = {},
) {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    clientId: deviceId,
    username: deviceId,
    password: `secret of ${deviceId}`,
    reconnectPeriod: 0,
  })
  onTestFinished(async () => {
    await client.endAsync(true)
  })
  const commands: (Record<string, unknown> & { commandId: string; op: string; receivedAt: number })[] = []
  client.on('message', (_topic, payload) => {
    const command = JSON.parse(payload.toString()) as { commandId: string; op: string }
    commands.push({ ...command, receivedAt: Date.now() })
    if (isMute) return
    client.publish(topics.result(deviceId), JSON.stringify({ commandId: command.commandId, ok: true }), { qos: 1 })
  })
  await client.subscribeAsync(topics.command(deviceId), { qos: 1 })
  let events = 0
  return {
    client,
    commands,
    ops: () => commands.map(({ op }) => op),
    /** Resolves when the gateway has acknowledged it. */
    happen: (event: object) => {
      events += 1
      const id = `${deviceId}-${events}-${Date.now()}`
      return client.publishAsync(topics.event(deviceId), JSON.stringify({ id, at: Date.now(), ...event }), { qos: 1 })
    },
    report: (report: object) =>
      client.publishAsync(topics.report(deviceId), JSON.stringify({ at: Date.now(), seq: 1, ...report }), { qos: 1 }),
  }
}
