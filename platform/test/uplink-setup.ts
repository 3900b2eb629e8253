import { gunzipSync } from 'node:zlib'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { uplinkTopics, type AreaEventRecord, type UplinkDown, type UplinkUp } from '../src/contract/index.ts'
import { createMetrics } from '../src/core/metrics.ts'
import type { ContinuityMessage, DesiredRevision, GatewayHello } from '../src/core/ports.ts'
import { startUplink, type UplinkOptions } from '../src/uplink/uplink.ts'

/** A platform behind the uplink that remembers everything it was told. */
export function createMemoryPlatform() {
  const stored = new Map<string, Map<number, AreaEventRecord>>()
  const online = new Map<string, boolean>()
  const told: {
    hellos: GatewayHello[]
    readings: string[]
    accepted: string[]
    backlogs: number[]
    shared: string[]
    continuity: ContinuityMessage[]
  } = {
    shared: [],
    hellos: [],
    readings: [],
    accepted: [],
    backlogs: [],
    continuity: [],
  }
  const desired: DesiredRevision[] = []
  const sink = { fails: false, commits: 0, gate: Promise.resolve() }
  const recordsOf = (gatewayId: string) => {
    const records = stored.get(gatewayId) ?? new Map<number, AreaEventRecord>()
    stored.set(gatewayId, records)
    return records
  }
  const withoutGap = (gatewayId: string) => {
    let seq = 0
    while (recordsOf(gatewayId).has(seq + 1)) seq += 1
    return seq
  }

  const ports: Pick<
    UplinkOptions,
    'registry' | 'records' | 'devices' | 'commands' | 'continuity' | 'identity' | 'alarms'
  > = {
    identity: {
      judge: async (_gatewayId, serial) => (serial === 'old' ? 'superseded' : 'refused'),
      renew: () => Promise.reject(new Error('not enrolled')),
      token: async () => undefined,
    },
    alarms: {
      credentialShared: async (gatewayId) => {
        told.shared.push(gatewayId)
      },
    },
    registry: {
      authenticate: async (gatewayId, secret) => secret === `secret of ${gatewayId}`,
      hello: async (gatewayId, hello) => {
        told.hellos.push(hello)
        return {
          seq: withoutGap(gatewayId),
          desired: desired.filter(({ area, revision }) => revision > (hello.revisions[area] ?? 0)),
        }
      },
      seen: async (_gatewayId, { backlog }) => {
        told.backlogs.push(backlog)
      },
      setOnline: async (gatewayId, isOnline) => {
        online.set(gatewayId, isOnline)
      },
      compoundOf: async (gatewayId) =>
        gatewayId.startsWith('gw-') ? { id: 'garden', name: 'Garden', path: 'street/east/garden' } : undefined,
    },
    records: {
      store: async (gatewayId, { records }) => {
        await sink.gate
        if (sink.fails) throw new Error('disk full')
        for (const record of records) recordsOf(gatewayId).set(record.seq, record)
        sink.commits += 1
        return { seq: withoutGap(gatewayId) }
      },
    },
    devices: { readings: (gatewayId) => told.readings.push(gatewayId) },
    continuity: {
      take: async (_gatewayId, message) => {
        told.continuity.push(message)
      },
    },
    commands: {
      accepted: async (_gatewayId, commandId) => {
        told.accepted.push(commandId)
      },
    },
  }
  return { ports, sink, told, desired, online, seqsOf: (gatewayId: string) => [...recordsOf(gatewayId).keys()] }
}

export type MemoryPlatform = ReturnType<typeof createMemoryPlatform>

export async function openUplink(platform: MemoryPlatform, options: Partial<UplinkOptions> = {}) {
  const metrics = createMetrics()
  const uplink = await startUplink({
    ...platform.ports,
    listen: { port: 0 },
    metrics,
    logger: pino({ level: 'silent' }),
    ...options,
  })
  onTestFinished(() => uplink.close())
  return {
    ...uplink,
    async refusals(reason: string): Promise<number> {
      const metric = await metrics.registry.getSingleMetric('gatehouse_refused_total')?.get()
      return metric?.values.find(({ labels }) => labels.reason === reason)?.value ?? 0
    },
  }
}

export const signIn = (gatewayId: string): IClientOptions => ({
  clientId: `gatehouse-${gatewayId}`,
  username: gatewayId,
  password: `secret of ${gatewayId}`,
  protocolVersion: 4,
  reconnectPeriod: 0,
})

function parse(payload: Buffer): UplinkDown {
  const json = payload[0] === 0x1f ? gunzipSync(payload) : payload
  return JSON.parse(json.toString()) as UplinkDown
}

/** An error may come first; that is no reason to stop waiting. */
export const untilClosed = (client: MqttClient) =>
  new Promise<void>((resolve) => {
    client.once('close', () => {
      resolve()
    })
  })

export function useClient(client: MqttClient, gatewayId: string) {
  const received: UplinkDown[] = []
  client.on('message', (_topic, payload) => received.push(parse(payload)))
  client.on('error', () => undefined)
  onTestFinished(() => {
    client.end(true)
  })
  return {
    client,
    received,
    of: <T extends UplinkDown['type']>(type: T) =>
      received.filter((message): message is Extract<UplinkDown, { type: T }> => message.type === type),
    send: (message: UplinkUp) => client.publishAsync(uplinkTopics.up(gatewayId), JSON.stringify(message), { qos: 1 }),
    sendBytes: (payload: Buffer) => client.publishAsync(uplinkTopics.up(gatewayId), payload, { qos: 1 }),
    closed: () => untilClosed(client),
  }
}

/** A gateway as the broker sees it: a plain MQTT client. */
export async function connectGateway(port: number, gatewayId: string, options: IClientOptions = {}) {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { ...signIn(gatewayId), ...options }, false)
  const gateway = useClient(client, gatewayId)
  await client.subscribeAsync(uplinkTopics.down(gatewayId), { qos: 1 })
  return gateway
}

export const hello = (bootId = 'boot-1', lastSeq = 0): UplinkUp => ({
  type: 'hello',
  version: '0.1.0',
  bootId,
  clock: Date.now(),
  lastSeq,
  backlog: lastSeq,
  revisions: {},
})

export const record = (seq: number): AreaEventRecord => ({
  seq,
  type: 'devices.online-changed',
  at: 1_700_000_000_000 + seq,
  deviceId: 'barrier-1',
  body: { online: true, reason: 'connected' },
})

export const batch = (number: number, ...seqs: number[]): Extract<UplinkUp, { type: 'batch' }> => ({
  type: 'batch',
  batch: number,
  lane: 'backlog',
  backlog: seqs.length,
  clock: Date.now(),
  records: seqs.map(record),
})
