import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PacketFront } from '@gatehouse/platform/mqtt'
import { assert, property, sample } from 'fast-check'
import { parser } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { brokerNames, brokers, signIn, type BrokerUnderTest } from './mqtt/brokers.ts'
import type { Client } from './mqtt/client.ts'
import { streams, type Stream } from './mqtt/fuzz-streams.ts'
import { split, publish } from './mqtt/packets.ts'

const inputs = 10_400
const rounds = 10
const voices = 16
const limits = {
  gateway: { smallBytes: 4096, publishBytes: 256 * 1024 },
  platform: { smallBytes: 16_384, publishBytes: 8 * 1024 * 1024 },
}

const aClient: Client = {
  ...{ clientId: 'lane-1', user: 'lane-1', password: 'secret' },
  ...{ upTopic: 'gh/v1/lane-1/report', downTopic: 'gh/v1/lane-1/command' },
  will: { topic: 'gh/v1/lane-1/status', message: 'offline' },
  say: (text) => text,
}

/** A packet, as the library understands it. */
interface Understood {
  readonly cmd: string
  readonly topic?: string
  readonly messageId?: number
}

/** Streams that once went wrong, as they were. */
const regressions: readonly (readonly [name: string, hex: string])[] = [
  ['a CONNECT that ends in its header', '10'],
  ['a second header byte that never ends', '10ff'],
  ['a goodbye and garbage in one chunk', 'e000ff'],
]

function judge(stream: Stream, rules: (typeof limits)['gateway']) {
  const front = new PacketFront(rules)
  const end = front.walk(stream.bytes, 0, Infinity)
  return { refusal: front.refusal, packets: front.packets, end }
}

test('what is let through is understood by the broker library in the same way', () => {
  assert(
    property(streams(aClient), (stream) => {
      const { refusal, packets, end } = judge(stream, limits.gateway)
      if (refusal) return
      const understood: Understood[] = []
      const library = parser()
      library.on('packet', (packet) => understood.push(packet))
      library.on('error', (error: Error) => expect.unreachable(error.message))
      library.parse(Buffer.from(stream.bytes.subarray(0, end)))
      expect(understood).toHaveLength(packets)
      const ours = split(Buffer.from(stream.bytes.subarray(0, end)))
      const topics = ours.flatMap(({ type, body }) =>
        type === 3 ? [body.subarray(2, 2 + body.readUInt16BE(0)).toString()] : [],
      )
      expect(understood.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []))).toEqual(topics)
    }),
    { numRuns: 20_000 },
  )
})

/** Says everything, and waits for the end of the connection if there must be one. */
async function say(port: number, stream: Stream, mustEnd: boolean): Promise<void> {
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => undefined).resume()
  await Promise.race([once(socket, 'connect').catch(() => undefined), closed])
  for (const piece of stream.pieces) {
    if (socket.destroyed) break
    socket.write(piece)
    await new Promise(setImmediate)
  }
  if (mustEnd) await closed
  else socket.resetAndDestroy()
}

/** Somebody who keeps the rules is served as if nothing were the matter. */
async function stillServes(broker: BrokerUnderTest, word: string) {
  const { upTopic, say: words } = broker.client
  const connection = await signIn(broker)
  connection.write(publish(upTopic, words(word), { qos: 1, packetId: 77 }))
  await connection.next(4)
  connection.socket.destroy()
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const heapMegabytes = () => {
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}

for (const brokerName of brokerNames) {
  test(`${brokerName} broker: no input does any harm`, { timeout: 120_000 }, async () => {
    const broker = await brokers[brokerName]()
    const seed = Date.now()
    /** One voice of those that speak at the same time, each in its own name. */
    async function speak(voice: number, round: number) {
      const options = { numRuns: inputs / rounds / voices, seed: seed + round * voices + voice }
      for (const stream of sample(streams(broker.another(voice + 2)), options)) {
        await say(broker.port, stream, judge(stream, limits[brokerName]).refusal !== undefined)
      }
    }

    const heap: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(Array.from({ length: voices }, (_, voice) => speak(voice, round)))
      await stillServes(broker, `round ${round}`)
      expect(broker.heard(), `seed ${seed}, round ${round}`).toContain(`round ${round}`)
      broker.forget()
      heap.push(heapMegabytes())
    }
    // The first rounds fill caches and let code be compiled.
    expect((heap.at(-1) ?? 0) - (heap[1] ?? 0), `seed ${seed}, heap ${heap.join(' ')}`).toBeLessThan(12)
  })

  test.each(regressions)(`${brokerName} broker: %s does no harm`, async (_name, hex) => {
    const broker = await brokers[brokerName]()
    const bytes = Buffer.from(hex, 'hex')
    await say(broker.port, { bytes, pieces: [bytes] }, false)
    await stillServes(broker, 'after')
    expect(broker.heard()).toContain('after')
  })
}
