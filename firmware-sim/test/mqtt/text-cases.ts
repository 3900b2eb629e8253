import { introduction, type Client } from './client.ts'
import { raw, type ClosingCase } from './closing-case.ts'
import { publish, subscribe, unsubscribe } from './packets.ts'

const illFormedText: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a byte that is never UTF-8', [0x61, 0xff]],
  ['a byte order mark of UTF-16', [0xfe, 0xff]],
  ['a lone continuation', [0x61, 0x80]],
  ['a sequence cut after one of two bytes', [0x61, 0xc3]],
  ['a sequence cut after two of three bytes', [0xe9, 0x97]],
  ['a sequence cut after three of four bytes', [0xf0, 0x9f, 0x9a]],
  ['U+0000 in two bytes', [0xc0, 0x80]],
  ['a letter in two bytes', [0xc1, 0xa1]],
  ['a slash in three bytes', [0xe0, 0x80, 0xaf]],
  ['a slash in four bytes', [0xf0, 0x80, 0x80, 0xaf]],
  ['the first high surrogate', [0xed, 0xa0, 0x80]],
  ['the last low surrogate', [0xed, 0xbf, 0xbf]],
  ['a pair of surrogates', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ['a character beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a lead byte of five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
]

const textFields: readonly (readonly [
  name: string,
  ClosingCase['stage'],
  (text: Uint8Array, client: Client) => Uint8Array,
])[] = [
  ['client id', 'stranger', (clientId, client) => introduction(client, { clientId })],
  ['user name', 'stranger', (user, client) => introduction(client, { user })],
  [
    'will topic',
    'stranger',
    (topic, client) => introduction(client, { will: { topic, message: client.will.message } }),
  ],
  ['topic', 'signed in', (topic, client) => publish(topic, client.say('x'), { qos: 1 })],
  ['filter of a SUBSCRIBE', 'signed in', (filter) => subscribe([[filter, 0]])],
  ['filter of an UNSUBSCRIBE', 'signed in', (filter) => unsubscribe([filter])],
]

/** Every way to break a text, in every field that holds one. */
export const textCases: readonly ClosingCase[] = textFields.flatMap(([where, stage, bytes]) => [
  ...illFormedText.map(([what, text]) => ({
    ...{ statement: 'MQTT-1.5.3-1', name: `${what} in the ${where}`, stage },
    bytes: (client: Client) => bytes(raw(...text), client),
  })),
  {
    ...{ statement: 'MQTT-1.5.3-2', name: `U+0000 in the ${where}`, stage },
    bytes: (client: Client) => bytes(raw(0x61, 0, 0x62), client),
  },
])
