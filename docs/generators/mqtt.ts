import { readFile } from 'node:fs/promises'
import { format } from 'prettier'
import { closingCases } from '../../firmware-sim/test/mqtt/closing-cases.ts'
import { statements, type Verdict } from '../../firmware-sim/test/mqtt/statements.ts'

const begin = '<!-- mqtt: begin, written by npm run docs from firmware-sim/test/mqtt -->'
const end = '<!-- mqtt: end -->'

const introduction = `Two brokers of ours speak MQTT 3.1.1: the gateway's, for devices, and the platform's, for gateways. Both stand behind the same front (\`@gatehouse/platform/mqtt\`), which looks at every byte before the broker library aedes does: it hands over a connection only once a whole and right CONNECT is there, and afterwards nothing but right packets.

- **${closingCases.length} ways to break the standard** must end the connection, with the CONNACK that the standard asks for or without one, at both brokers: \`firmware-sim/test/mqtt-closing.test.ts\`. Plain aedes ends 177 of them, Mosquitto 2.0.11 286.
- **What must work** for clients that keep the rules, at both brokers: \`firmware-sim/test/mqtt-behaviour.test.ts\`. A statement that is called kept below and has no test fails it.
- **Other people's clients** (mosquitto_pub and mosquitto_sub, MQTT.js, Paho) talk to both: \`firmware-sim/test/mqtt-clients.test.ts\`.
- **At least 10,000 fuzzed connections for each broker** in every run, sound packets and packets with bits flipped, ends cut off, bytes added and lengths that lie, in pieces cut anywhere, before and after signing in: no crash, no hang, nothing taken that breaks a rule, memory flat. 20,000 further streams show that what the front lets through is understood by aedes in the same way: \`firmware-sim/test/mqtt-fuzz.test.ts\`. What once failed stays there as a test with a name.
- **Crowds** (connections that say nothing, one byte a second, or as much as they can, with and without signing in) take nothing from devices that are connected: \`firmware-sim/test/strangers.system.test.ts\`, and \`npm run bench -- connections\` with 8,000 connections.`

const mended: readonly (readonly [aedes: string, ours: string])[] = [
  ['takes ill-formed UTF-8, surrogates and U+0000 in client ids, user names, topics and filters', 'closed at the byte'],
  ['takes packet id 0', 'closed'],
  ['takes wildcards in the topic of a will, and a will of QoS 3', 'closed'],
  ['takes filters like `a+` and `a#`', 'closed'],
  ['takes fields in CONNECT that its flags do not announce, and bytes after its end', 'closed'],
  ['takes a password without a user name', 'closed'],
  ['takes an empty client id with a session that lasts', 'CONNACK 2'],
  ['takes MQTT 3.1, and protocol levels with the bridge bit', 'CONNACK 1'],
  ['takes DUP with QoS 0', 'closed'],
  ['takes acknowledgements and PINGREQ with too few or too many bytes, UNSUBSCRIBE from nothing', 'closed'],
  ['has no limit on the size of a packet: 256 MB are collected before anybody signs in', 'refused at its header'],
  ['keeps a connection that says nothing for 30 s', '5 s in all until CONNECT is complete, whatever comes meanwhile'],
  ['waits for ever for the rest of a packet', 'a packet must be complete after 10 s and 1 s for each 8 KB'],
  ['ends a connection that sends more than 42 packets before CONNACK', 'they wait unread'],
  ['reads on before what it read is acknowledged when data comes in small pieces', 'at most 32 messages are under way'],
  ['sends PUBACK before it stores', 'PUBACK after the message is on disk'],
  ['grants `$share/…` and never delivers', 'refused in SUBACK'],
  ['repeats what was not acknowledged, and keeps what was missed', 'told now or never: a late “open” never fires'],
]

const titles: Readonly<Record<Verdict, string>> = {
  kept: 'kept',
  otherwise: '**otherwise**',
  'not offered': 'not offered',
  client: 'binds clients',
  transport: 'WebSocket',
}

const count = (verdict: Verdict) => statements.filter((statement) => statement.verdict === verdict).length

const section = () =>
  [
    introduction,
    '',
    '### What aedes does otherwise, and how it is mended',
    '',
    '| aedes | ours |',
    '| --- | --- |',
    ...mended.map(([aedes, ours]) => `| ${aedes} | ${ours} |`),
    '',
    '### Statement by statement',
    '',
    `Of the ${statements.length} normative statements ${count('kept')} are kept, ${count('otherwise')} are on purpose not done as they say, ${count('not offered')} belong to what our brokers do not offer, ${count('client')} bind clients only, ${count('transport')} bind WebSocket only.`,
    '',
    '| statement | says | | |',
    '| --- | --- | --- | --- |',
    ...statements.map(({ id, says, verdict, note }) => `| ${id} | ${says} | ${titles[verdict]} | ${note} |`),
    '',
  ].join('\n')

/** The page is written by hand but for what stands between the marks. */
export async function reliabilityPage(): Promise<string> {
  const page = await readFile(new URL('../reliability.md', import.meta.url), 'utf8')
  const [before = '', rest = ''] = page.split(begin)
  const after = rest.split(end)[1]
  if (after === undefined) throw new Error(`docs/reliability.md has no place for MQTT: ${begin} … ${end}`)
  const text = await format(section(), { parser: 'markdown', printWidth: 120 })
  return `${before}${begin}\n\n${text}\n${end}${after}`
}
