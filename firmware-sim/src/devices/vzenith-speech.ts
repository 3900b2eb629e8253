import {
  VzenithOpen,
  VzenithOutput,
  type BarrierEvent,
  type CommandResult,
  type PlateColour,
} from '@gatehouse/gateway/protocol'
import { Value } from 'typebox/value'
import type { Said, Speech } from '../core/speech.ts'

/** The input that the loop behind the arm is wired to. */
export const passedInput = 1
/** The camera stores and sends its picture after the read. */
const pictureAfterMs = 400
/** The dialect knows no deadlines. */
const forever = 4_102_444_800_000
const done = 200
const failed = 500

const colourTypes: readonly PlateColour[] = ['unknown', 'blue', 'yellow', 'white', 'black', 'green']
/** `type` of the commonest plate of a colour. */
const plateTypes: Readonly<Record<PlateColour, number>> = {
  ...{ unknown: 0, blue: 1, yellow: 3 },
  ...{ white: 5, black: 10, green: 19 },
}
/** `triggerType` of what is seen of a car, besides its plate. */
const triggers = { plate: 8, blocked: 64, reversed: 66 } as const
type Seen = Extract<BarrierEvent, { type: keyof typeof triggers }>

const base64 = (text: string) => Buffer.from(text).toString('base64')
const seconds = (ms: number) => Math.floor(ms / 1000)

function plateFields(event: Seen) {
  if (event.type !== 'plate') return { license: '', confidence: 0, colorType: 0, type: 0 }
  const { plate, colour, candidates = [], confidence, fake = false } = event
  return {
    license: base64([plate === '' ? '_无_' : plate, ...candidates].join('|')),
    confidence: Math.round(confidence),
    colorType: colourTypes.indexOf(colour),
    type: plateTypes[colour],
    is_fake_plate: fake ? 1 : 0,
  }
}

/** An `ivs_result` as the cameras send it, less what nobody here reads. `imagePath` is a place in their own store. */
function ivsResult(sn: string, event: Seen, more: { readonly isoffline: 0 | 1; readonly imagePath: string }) {
  const { at, seq = 0, type } = event
  const PlateResult = {
    ...plateFields(event),
    ...more,
    triggerType: triggers[type],
    plateid: seq,
    timeStamp: { Timeval: { sec: seconds(at), usec: (at % 1000) * 1000 } },
  }
  const AlarmInfoPlate = { channel: 0, deviceName: base64('lane'), result: { PlateResult }, serialno: sn }
  const head = { id: `${sn}-${seq}`, sn, name: 'ivs_result', version: '1.0', timestamp: seconds(at) }
  return { ...head, payload: { AlarmInfoPlate } }
}

function gpioIn(sn: string, { at, id }: { readonly at: number; readonly id: string }) {
  const AlarmGioIn = { result: { TriggerResult: { source: passedInput, value: 0 } }, serialno: sn }
  return { id, sn, name: 'gpio_in', version: '1.0', timestamp: seconds(at), payload: { body: { AlarmGioIn } } }
}

const isSeen = (event: BarrierEvent): event is Seen => event.type in triggers

function understand(message: unknown) {
  const order = { expiresAt: forever }
  if (Value.Check(VzenithOpen, message)) {
    return { ...order, commandId: message.Response_AlarmInfoPlate.msgId, op: 'open' }
  }
  if (!Value.Check(VzenithOutput, message)) return undefined
  const { value } = message.payload.body
  return { ...order, commandId: message.id, op: ['release', 'hold-open', 'open'][value] }
}

/** How a VZenith camera tells what a lane does. It has no word for a help button, and none for its temperature. */
export function vzenithSpeech(sn: string): Speech {
  const up = (name: string, message: object): Said => ({
    topic: `device/${sn}/message/up/${name}`,
    payload: JSON.stringify(message),
  })
  /** Where each command came from: its answer goes beside it. */
  const asked = new Map<string, string>()
  return {
    listensTo: `device/${sn}/message/down/+`,
    report(report) {
      const { at } = report as { readonly at: number }
      return up('keep_alive', { sn, name: 'keep_alive', version: '1.0', timestamp: seconds(at) })
    },
    event(body, isHistory) {
      const event = body as BarrierEvent
      if (event.type === 'passed') return up('gpio_in', gpioIn(sn, event))
      if (!isSeen(event)) return undefined
      return up('ivs_result', ivsResult(sn, event, { isoffline: isHistory ? 1 : 0, imagePath: '' }))
    },
    followUp(body) {
      const event = body as BarrierEvent
      if (event.type !== 'plate') return undefined
      const imagePath = base64(`imgs/${sn}/${event.at}.jpg`)
      return { afterMs: pictureAfterMs, said: up('ivs_result', ivsResult(sn, event, { isoffline: 0, imagePath })) }
    },
    result({ commandId, ok }: CommandResult) {
      const topic = asked.get(commandId)
      asked.delete(commandId)
      const answer = { state_code: ok ? done : failed, msgId: commandId }
      return topic === undefined ? undefined : { topic: `${topic}/reply`, payload: JSON.stringify(answer) }
    },
    understand(topic, message) {
      const command = understand(message)
      if (command) asked.set(command.commandId, topic)
      return command
    },
  }
}
