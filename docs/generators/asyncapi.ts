import { CommandResult, Status, topics } from '@gatehouse/gateway/protocol'
import { kinds } from './kinds.ts'
import type { JsonSchema } from './schema-table.ts'

type Channel = 'report' | 'event' | 'result' | 'status' | 'command'

const message = (kind: string, sort: string, payload: unknown) => [
  `${kind}.${sort}`,
  { name: `${kind}.${sort}`, payload },
]
const reference = (name: string) => ({ $ref: `#/components/messages/${name}` })

function channel(sort: Channel, names: readonly string[]) {
  return {
    address: topics[sort]('{deviceId}'),
    parameters: { deviceId: { description: 'Device id, also the MQTT user name' } },
    messages: Object.fromEntries(names.map((name) => [name, reference(name)])),
  }
}

/** The device protocol as an AsyncAPI 3 document, seen from the device. */
export function asyncApi() {
  const perKind = (sort: 'report' | 'event' | 'command') => kinds.map(({ kind }) => `${kind}.${sort}`)
  const operation = (sort: Channel, action: 'send' | 'receive') => ({
    action,
    channel: { $ref: `#/channels/${sort}` },
    bindings: { mqtt: { qos: 1, retain: sort === 'status', bindingVersion: '0.2.0' } },
  })
  return {
    asyncapi: '3.0.0',
    info: { title: 'Gatehouse device protocol', version: '1.0.0', license: { name: 'MIT' } },
    servers: {
      gateway: { host: 'gateway:8883', protocol: 'secure-mqtt', protocolVersion: '3.1.1' },
      trusted: { host: '127.0.0.1:1883', protocol: 'mqtt', protocolVersion: '3.1.1' },
    },
    channels: {
      report: channel('report', perKind('report')),
      event: channel('event', perKind('event')),
      command: channel('command', perKind('command')),
      result: channel('result', ['any.result']),
      status: channel('status', ['any.status']),
    },
    operations: {
      sendReport: operation('report', 'send'),
      sendEvent: operation('event', 'send'),
      sendResult: operation('result', 'send'),
      sendStatus: operation('status', 'send'),
      receiveCommand: operation('command', 'receive'),
    },
    components: {
      messages: Object.fromEntries([
        ...kinds.flatMap(({ kind, report, event, command }) => [
          message(kind, 'report', report),
          message(kind, 'event', event),
          message(kind, 'command', withEnvelope(command)),
        ]),
        message('any', 'result', CommandResult),
        message('any', 'status', Status),
      ]) as Record<string, unknown>,
    },
  }
}

const withEnvelope = (command: JsonSchema) => ({
  allOf: [
    {
      type: 'object',
      required: ['commandId', 'expiresAt'],
      properties: { commandId: { type: 'string' }, expiresAt: { type: 'integer' } },
    },
    command,
  ],
})
