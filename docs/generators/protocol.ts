import { CommandEnvelope, CommandResult, maxMediaBytes, maxPacketBytes, upChannels } from '@gatehouse/gateway/protocol'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { dialectSection } from './dialects.ts'
import { examples } from './protocol-examples.ts'
import { kinds, type KindMessages } from './kinds.ts'
import { fieldTable, variants, type JsonSchema } from './schema-table.ts'

const json = (message: object) => '```json\n' + JSON.stringify(message) + '\n```\n'

function checked(kind: string, sort: 'report' | 'event' | 'command', schema: JsonSchema): object {
  const example = examples[kind]?.[sort]
  if (!example) throw new Error(`docs/generators/protocol-examples.ts has no ${sort} of ${kind}`)
  const [problem] = Value.Errors(schema as TSchema, example)
  if (problem) throw new Error(`The example ${sort} of ${kind} is wrong: ${problem.instancePath} ${problem.message}`)
  return example
}

const constant = (schema: JsonSchema, field: string) => {
  const value = schema.properties?.[field]?.const
  return typeof value === 'string' ? value : ''
}

function variantTables(schema: JsonSchema, field: 'type' | 'op', skip: readonly string[]): string {
  return variants(schema)
    .map((variant) => `**\`${constant(variant, field)}\`**\n\n${fieldTable(variant, [field, ...skip])}`)
    .join('\n')
}

function kindSection({ kind, report, event, command }: KindMessages): string {
  return [
    `## Kind \`${kind}\`\n`,
    `### Report of a ${kind}\n`,
    fieldTable(report, ['at', 'seq']),
    json(checked(kind, 'report', report)),
    `### Events of a ${kind}\n`,
    variantTables(event, 'type', ['id', 'at', 'replayed']),
    json(checked(kind, 'event', event)),
    `### Commands to a ${kind}\n`,
    variantTables(command, 'op', []),
    json(checked(kind, 'command', command)),
  ].join('\n')
}

const introduction = `# Device protocol v1

Generated from \`gateway/src/protocol\` (\`npm run docs\`); the machine-readable form is [asyncapi.json](asyncapi.json).

A device speaks MQTT 3.1.1 to the gateway of its compound and sends pictures over HTTP. Nothing else is needed: what follows is enough to build a device, or to play one with \`mosquitto_pub\`.

## Connect

| | |
| --- | --- |
| address | port 1883 on loopback or a trusted network, port 8883 with TLS |
| user name | the device id: lower-case letters, digits and \`-\`, at most 64; may be left out with a certificate |
| password | the secret of the device; none with a certificate |
| client id | begins with the device id |
| last will | \`gh/v1/{deviceId}/status\`, payload \`offline\`, QoS 1, retained |
| keep-alive | 30 s recommended; a device that is silent for 90 s counts as offline |
| packet | PUBLISH at most ${maxPacketBytes / 1024} KiB, any other 4 KiB; once begun, complete within 10 s and 1 s for each 8 KB |
| CONNECT | complete within 5 s |
| pace | 100 packets a second on average, 100 at once, every 4 KiB count as one more; whoever is faster is read more slowly and loses nothing |

What breaks MQTT 3.1.1 ends the connection, at the byte that breaks it: invalid UTF-8, packet id 0, wildcards in a topic, a second CONNECT, … ([reliability.md](reliability.md#mqtt-311-conformance) lists every rule, and the few things that the gateway does otherwise on purpose).

### Sign in: secret or certificate

**With a secret**, as user name and password. The console shows it once, when the device is added without one or when a new one is asked for (43 characters to be copied, or 20 to be typed at a keypad).

**With a client certificate**, at port 8883 and over HTTPS. The console issues it, for a key that the device has made itself (upload its PKCS#10 request) or together with a key; with it comes \`gatehouse-ca.pem\`, the authority. TLS 1.2 or newer. What counts: the signature of that authority, its dates, the common name (the device id), and that the serial number is on the list of the device; a revoked certificate ends the connection at once. Whoever shows a certificate is judged by it alone, whatever the password.

A device knows its gateway by the same authority: it has certified gateways for servers (\`serverAuth\`) and devices for clients only. The name in the gateway's certificate is the gateway's id, not its address; check the authority and the usage, and the id if the device has been told it. A gateway whose operator has put another certificate there (\`GATEHOUSE_TLS_CERT\`) is checked by that one's authority.

| answer (CONNACK) | means |
| --- | --- |
| 1 | not MQTT 3.1.1 |
| 2 | the client id does not begin with the device id |
| 3 | too many failures from this address: wait; from the fifth failure on 1 s, then twice as long each time, at most 60 s. Or the gateway has not got the list of its devices yet: this counts as no failure, come again after some seconds |
| 4 | unknown device or wrong secret |
| 5 | the certificate does not count, or the last will is not the device's own |

One connection of a device at a time: a newer one ends the earlier. Two machines that use the credentials of one device are noticed and reported to people.

### Then

Subscribe to \`gh/v1/{deviceId}/command\` with QoS 1 and publish \`online\` (retained, QoS 1) to \`gh/v1/{deviceId}/status\`.
A device may publish only to its own ${upChannels.map((channel) => `\`${channel}\``).join(', ')} and subscribe only to its own \`command\` and \`desired\`. Anything else ends the connection (publish) or is refused (subscribe). A message that breaks its schema ends the connection too; the gateway's log names the field.

| topic | direction | QoS | payload |
| --- | --- | --- | --- |
| \`gh/v1/{deviceId}/report\` | up | 0 or 1 | readings; telemetry |
| \`gh/v1/{deviceId}/event\` | up | 1 | something happened |
| \`gh/v1/{deviceId}/result\` | up | 1 | answer to a command |
| \`gh/v1/{deviceId}/status\` | up, retained, last will | 1 | \`online\` or \`offline\`, plain text |
| \`gh/v1/{deviceId}/command\` | down, never retained | 1 | something to do |
| \`gh/v1/{deviceId}/desired\` | down, retained | 1 | settings; reserved |

Payloads are JSON in UTF-8. Times (\`at\`) are UTC milliseconds of the device's clock. **PUBACK means durable**: the gateway acknowledges a QoS 1 message only when it is on disk. Until then keep it and send it again.

## Reports, events, results

Every **report** has \`at\` and \`seq\` (counts up; may start anew after a restart). Two reports of one device must not carry the same \`at\`. Report first when you are connected, before what was kept meanwhile: by that the gateway knows how far your clock is off, and puts the rest in its place. Report three times at once when your clock has been set back by a minute or more: until so many reports show it, what you tell looks old, and what is old opens nothing.

Every **event** has \`id\` (at most 64 of letters, digits and \`. _ : -\`; the same event sent twice has the same id and counts once), \`at\`, \`type\`, and \`"replayed": true\` if it was kept while the connection was gone: history is recorded, but opens nothing and alarms nobody.

Every **command** carries these fields, and arguments by \`op\`. Ignore a command whose \`expiresAt\` has passed by your clock; answer one that comes twice twice, but carry it out once.

${fieldTable(CommandEnvelope)}
Every command is answered with a **result**: \`ok: true\`, or \`ok: false\` with a code.

${variants(CommandResult as JsonSchema)
  .map((variant) => fieldTable(variant))
  .join('\n')}
${json({ commandId: 'c-1', ok: true })}
## Pictures

\`PUT /media/{sha256}\` at the gateway's HTTP port (8090) with HTTP Basic (device id and secret) or with the certificate, body JPEG or PNG of at most ${maxMediaBytes / 1024 / 1024} MiB, named by the SHA-256 of its bytes in lower-case hex. Upload first, then send the event with \`"picture": "{sha256}"\`.

## Try it

\`\`\`sh
mosquitto_pub -h 127.0.0.1 -p 1883 -u barrier-1 -P "$SECRET" -i barrier-1-try -q 1 \\
  -t gh/v1/barrier-1/event \\
  -m '{"id":"try-1","at":'$(date +%s%3N)',"type":"plate","plate":"京A12345","colour":"blue","confidence":96}'
mosquitto_pub -h 192.0.2.1 -p 8883 --cafile gatehouse-ca.pem --cert barrier-1.cert.pem --key barrier-1.key.pem \\
  --insecure -i barrier-1-try -q 1 -t gh/v1/barrier-1/status -m online
mosquitto_sub -h 127.0.0.1 -p 1883 -u barrier-1 -P "$SECRET" -i barrier-1 -q 1 -t gh/v1/barrier-1/command
\`\`\`

\`--insecure\` leaves out the comparison of the name only; the authority is still checked.
`

export async function protocolPage(): Promise<string> {
  return [introduction, ...kinds.map(kindSection), dialectSection].join('\n')
}
