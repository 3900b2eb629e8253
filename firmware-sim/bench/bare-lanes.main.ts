import { parseTopic, topics } from '@gatehouse/gateway/protocol'
import { Aedes } from 'aedes'
import { createServer, type AddressInfo } from 'node:net'
import { openGroupedLog } from './grouped-log.ts'

/**
 * The reference for lanes: the same broker library, every message on disk (synced in groups) before it is
 * acknowledged, and every plate answered with an open. No authentication, no schema, no permits, no rules, no display.
 * Usage: node bare-lanes.main.ts <file>
 */
const log = await openGroupedLog(process.argv[2] ?? '')
const openWithinMs = 5000
let opened = 0

function isPlate(payload: Buffer): boolean {
  const message = JSON.parse(payload.toString()) as { readonly type?: string }
  return message.type === 'plate'
}

const aedes = await Aedes.createBroker({
  authorizePublish(client, { topic, payload }, done) {
    const bytes = Buffer.from(payload)
    log.append(bytes, () => {
      done(null)
      const { deviceId, channel } = parseTopic(topic) ?? {}
      if (!client || deviceId === undefined || channel !== 'event' || !isPlate(bytes)) return
      opened += 1
      const command = { commandId: `c-${opened}`, expiresAt: Date.now() + openWithinMs, op: 'open' }
      const packet = { cmd: 'publish', qos: 1, dup: false, retain: false } as const
      client.publish({ ...packet, topic: topics.command(deviceId), payload: JSON.stringify(command) }, () => undefined)
    })
  },
})
const server = createServer({ noDelay: true }, aedes.handle)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ msg: 'bare lanes listening', mqttPort: port })}\n`)
})
