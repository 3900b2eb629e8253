import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { brokerNames, brokers, type BrokerName, type BrokerUnderTest } from './mqtt/brokers.ts'

const run = promisify(execFile)

/** Arguments that mosquitto's tools need to sign in. */
const mosquittoAs = ({ port, client }: BrokerUnderTest) => [
  ...['-h', '127.0.0.1', '-p', String(port), '-V', 'mqttv311'],
  ...['-i', client.clientId, '-u', client.user, '-P', client.password],
]
const qosOf: Readonly<Record<BrokerName, readonly (0 | 1 | 2)[]>> = { gateway: [0, 1, 2], platform: [0, 1] }

/** A program that goes on until the test ends; answers its lines as they come. */
function start(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(line))
  return { child, lines }
}

const paho = fileURLToPath(new URL('mqtt/paho_client.py', import.meta.url))

for (const brokerName of brokerNames) {
  test.each(qosOf[brokerName])(`${brokerName} broker: mosquitto_pub publishes with QoS %s`, async (qos) => {
    const broker = await brokers[brokerName]()
    const { upTopic, say } = broker.client
    await run('mosquitto_pub', [...mosquittoAs(broker), '-q', String(qos), '-t', upTopic, '-m', say('hello')])
    await vi.waitFor(() => expect(broker.heard()).toEqual(['hello']))
  })

  test(`${brokerName} broker: mosquitto_pub publishes a thousand lines over one connection`, async () => {
    const broker = await brokers[brokerName]()
    const { upTopic, say } = broker.client
    const { child } = start('mosquitto_pub', [...mosquittoAs(broker), '-q', '1', '-l', '-t', upTopic])
    const words = Array.from({ length: 1000 }, (_, index) => `line ${index}`)
    child.stdin.end(words.map((word) => `${say(word)}\n`).join(''))
    await once(child, 'exit')
    await vi.waitFor(() => expect(broker.heard()).toEqual(words))
  }, 60_000)

  test(`${brokerName} broker: mosquitto_sub hears what it is told, and its will is carried out when it is killed`, async () => {
    const broker = await brokers[brokerName]()
    const { downTopic, upTopic, say, will } = broker.client
    // The platform speaks to a gateway once it has heard of it.
    await run('mosquitto_pub', [...mosquittoAs(broker), '-q', '1', '-t', upTopic, '-m', say('here')])
    const willArgs = ['--will-topic', will.topic, '--will-payload', will.message, '--will-qos', '1']
    const { child, lines } = start('mosquitto_sub', [
      ...mosquittoAs(broker),
      ...willArgs,
      ...['-q', '1', '-t', downTopic, '-F', '%t %q %r'],
    ])
    await vi.waitFor(
      async () => {
        await broker.tell('word').catch(() => undefined) // it is not there yet
        expect(lines).toContain(`${downTopic} 1 0`)
      },
      { timeout: 10_000, interval: 200 },
    )
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(broker.wills()).toBe(1), { timeout: 5000 })
  })

  test(`${brokerName} broker: a client of MQTT 5 is told that its version is not spoken`, async () => {
    const broker = await brokers[brokerName]()
    const { clientId, user, password } = broker.client
    const v5 = { clientId, username: user, password, protocolVersion: 5 as const, reconnectPeriod: 0 }
    await expect(connectAsync(`mqtt://127.0.0.1:${broker.port}`, v5, false)).rejects.toMatchObject({ code: 1 })
  })

  test(`${brokerName} broker: MQTT.js keeps a session, publishes, and is told something`, async () => {
    const broker = await brokers[brokerName]()
    const { clientId, user, password, upTopic, downTopic, say } = broker.client
    const options = { clientId, username: user, password, protocolVersion: 4 as const, reconnectPeriod: 0 }
    const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { ...options, clean: false, keepalive: 5 })
    onTestFinished(() => void client.end(true))
    const heard: string[] = []
    client.on('message', (topic, _payload, { qos, dup, retain }) =>
      heard.push(`${topic} ${qos} ${String(dup)} ${String(retain)}`),
    )
    expect(await client.subscribeAsync(downTopic, { qos: 1 })).toEqual([{ topic: downTopic, qos: 1 }])
    await client.publishAsync(upTopic, say('hello'), { qos: 1 })
    await vi.waitFor(() => broker.tell('word'))
    await vi.waitFor(() => expect(heard).toContain(`${downTopic} 1 false false`))
    await client.endAsync()
    expect(broker.heard()).toEqual(['hello'])
  })

  test(`${brokerName} broker: the Paho library signs in, listens, publishes and leaves`, async () => {
    const broker = await brokers[brokerName]()
    const messages = qosOf[brokerName].map((qos) => [qos, broker.client.say(`qos ${qos}`)])
    const { client } = broker
    const settings = JSON.stringify({ ...client, messages })
    const { child, lines } = start('/usr/bin/python3', [paho, String(broker.port), settings])
    const seen = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)

    await vi.waitFor(() => expect(seen().filter((line) => 'published' in line)).toHaveLength(messages.length), {
      timeout: 20_000,
    })
    await vi.waitFor(() => broker.tell('word'))
    const word = { heard: [client.downTopic, 1, false] }
    await vi.waitFor(() => expect(seen()).toContainEqual(word), { timeout: 5000 })
    child.stdin.end('\n')
    await once(child, 'exit')
    expect(seen().slice(0, 2)).toEqual([{ connected: [0, 0] }, { granted: [1, 128] }])
    expect(broker.heard()).toEqual(messages.map(([qos]) => `qos ${String(qos)}`))
    expect(broker.wills()).toBe(0)
  })
}
