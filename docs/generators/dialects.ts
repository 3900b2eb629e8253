import {
  VzenithAlive,
  VzenithAnswer,
  vzenithDialect,
  VzenithInput,
  VzenithOpen,
  VzenithOutput,
  VzenithRead,
  type Dialect,
  type TopicForm,
} from '@gatehouse/gateway/protocol'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { fieldTable, variants, type JsonSchema } from './schema-table.ts'

/** One message of each sort; the generator refuses an example that its schema refuses. */
const examples: readonly (readonly [schema: TSchema, title: string, message: object])[] = [
  [
    VzenithRead,
    '`up/ivs_result`: a plate was read',
    {
      name: 'ivs_result',
      sn: '8fcd1c4e-20ca9ecb',
      payload: {
        AlarmInfoPlate: {
          result: {
            PlateResult: {
              ...{ license: '5LqsQTEyMzQ1', confidence: 97, colorType: 1, type: 1, triggerType: 8 },
              ...{ isoffline: 0, is_fake_plate: 0, plateid: 594785 },
              timeStamp: { Timeval: { sec: 1793462400, usec: 539956 } },
            },
          },
        },
      },
    },
  ],
  [
    VzenithInput,
    '`up/gpio_in`: an input has changed',
    {
      ...{ id: 'b1Y1wdVEHu1xFwdU', name: 'gpio_in', timestamp: 1793462403 },
      payload: { body: { AlarmGioIn: { result: { TriggerResult: { source: 1, value: 0 } } } } },
    },
  ],
  [VzenithAlive, '`up/keep_alive`: the camera is there, and what its clock says', { timestamp: 1793462410 }],
  [
    VzenithOpen,
    '`down/ivs_result`: open',
    { Response_AlarmInfoPlate: { info: 'ok', channelNum: 0, delay: 1000, msgId: 'c-1' } },
  ],
  [
    VzenithOutput,
    '`down/gpio_out`: hold open (`value` 1), release (0), or open (2) with the setting `openWith`',
    {
      ...{ id: 'c-2', sn: '8fcd1c4e-20ca9ecb', name: 'gpio_out', version: '1.0', timestamp: 1793462400 },
      payload: { type: 'gpio_out', body: { io: 0, value: 1, delay: 1000 } },
    },
  ],
  [VzenithAnswer, '`down/…/reply`: how it ended', { state_code: 200, msgId: 'c-1' }],
]

function shown([schema, title, message]: (typeof examples)[number]): string {
  const [problem] = Value.Errors(schema, message)
  if (problem) throw new Error(`The example of ${title} is wrong: ${problem.instancePath} ${problem.message}`)
  return `${title}\n\n\`\`\`json\n${JSON.stringify(message)}\n\`\`\`\n`
}

const rows = (forms: readonly TopicForm<string>[], way: string) =>
  forms.map(({ form, channel }) => `| \`${form.replace('{device}', '{sn}')}\` | ${way} | ${channel} |`)

const topicTable = ({ up, down }: Dialect) =>
  ['| topic | direction | means |', '| --- | --- | --- |', ...rows(up, 'up'), ...rows(down, 'down')].join('\n')

const plateResult = (VzenithRead as JsonSchema).properties?.['payload']?.properties?.['AlarmInfoPlate']?.properties?.[
  'result'
]?.properties?.['PlateResult']

/** Makers whose devices the gateway understands as they are. */
export const dialectSection = `## Other makers' dialects

Such a device keeps its own topics and messages; the gateway translates them at the edge. What holds for every device holds for it: one connection at a time, its own topics only, **PUBACK means durable**, a message that breaks its schema ends the connection, a repetition counts once. QoS 0 is taken just as durably, but nobody tells the device. It signs in with its device id or its serial number as user name, and its secret; its client id begins with either. A last will on one of its own topics is allowed.

### Kind \`vzenith-camera\`: plate cameras of VZenith (臻识)

A camera whose output works a barrier. The serial number \`{sn}\` is the device id, or else the setting \`sn\`; capitals do not matter. Topics can be changed in the camera, and may have to be: what the maker has published names the topic of \`gpio_out\` and its reply, but of the answer to a read only the body.

${topicTable(vzenithDialect)}

Topics are looked up from above: whatever else a camera says only shows that it is there. Of a read these fields count (level \`payload.AlarmInfoPlate.result.PlateResult\`):

${fieldTable(plateResult ?? {})}
An answer has one of two forms:

${variants(VzenithAnswer as JsonSchema)
  .map((variant) => fieldTable(variant))
  .join('\n')}
${examples.map(shown).join('\n')}
| in the dialect | becomes |
| --- | --- |
| \`license\`: several readings joined by \`\\|\` | the first is the plate, the others are candidates for a person to choose from |
| \`_无_\`, \`无牌车\` or nothing | a car without a plate |
| \`colorType\`; if 0, \`type\` (1 blue, 3, 4 and 13 yellow, 5, 6, 8, 9 and 15–17 white, 2, 10, 11 and 14 black, 19 green) | colour |
| \`plateid\` and \`Timeval\` | name of the event: the same read sent again, also with its picture, counts once |
| \`Timeval\` | time of the event, by the clock of the camera |
| \`isoffline\` 1 | history: recorded, opens nothing |
| \`is_fake_plate\` 1 | a read that the lane must not open for by itself |
| \`is_encrypted\` 1 | refused: switch the encryption of plates off |
| \`triggerType\` 66, 64 | the car turned back; the lane is blocked |
| \`gpio_in\` of the input in the setting \`passedInput\` | loop behind the arm: closed is occupied, open again is a car that is through |
| \`state_code\` or \`code\` 200 | the command is done; anything else becomes the code \`STATE_…\` |

Settings: \`direction\`, \`sn\`, \`output\` (0–3, default 0), \`pulseMs\` (500–5000, default 1000), \`openWith\` (\`gpio_out\` for firmware that does not know \`Response_AlarmInfoPlate\` over MQTT), \`passedInput\`.

What this family does not tell: where its arm stands, and, without a loop at \`passedInput\`, whether a car that was let in has driven through. A lane that must count cars needs that loop, or a lane controller that speaks the protocol of the house. Its pictures are not taken over: the message that follows with a picture names a place in the camera's own storage, which is no address. Pictures inside messages must be switched off in the camera: a packet of more than 256 KiB ends the connection. Kept records come as the camera sends them; whether a firmware waits to be asked for the next one (\`ContinuePushOffline\`, published for HTTP only) is not known. Display and voice hang on the maker's serial frames and are not driven.

Played with \`mosquitto_rr\`, which waits for the order to open:

\`\`\`sh
mosquitto_rr -V 311 -h 127.0.0.1 -p 1883 -u "$SN" -P "$SECRET" -i "$SN" -q 1 \\
  -t "device/$SN/message/up/ivs_result" -f read.json -e "device/$SN/message/down/ivs_result"
\`\`\`
`
