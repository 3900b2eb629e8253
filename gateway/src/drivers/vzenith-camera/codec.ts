import { Type } from 'typebox'
import { translation, type CommandToTranslate, type DialectCodec, type Translated } from '../../core/driver.ts'
import {
  VzenithAlive,
  VzenithAnswer,
  vzenithDialect,
  VzenithInput,
  VzenithRead,
  type CommandResult,
  type VzenithOpen,
  type VzenithOutput,
} from '../../protocol/index.ts'
import { toLaneEvent } from './reading.ts'

type Settings = CommandToTranslate['settings']

const done = 200
/** Long enough for the relay input of any barrier. */
const defaultPulseMs = 1000
const idAlphabet = /[^A-Za-z0-9._:-]/g

interface Bounds {
  readonly min: number
  readonly max: number
  readonly otherwise: number
}

/** A setting that is a whole number, also as text: settings from a list are. */
function whole(value: unknown, { min, max, otherwise }: Bounds): number {
  const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max ? number : otherwise
}

const outputOf = (settings: Settings) => whole(settings['output'], { min: 0, max: 3, otherwise: 0 })
const pulseOf = (settings: Settings) => whole(settings['pulseMs'], { min: 500, max: 5000, otherwise: defaultPulseMs })

/** Only the loop that the setting `passedInput` names means anything: behind the arm, released by a car that is through. */
function toLoop({ id, timestamp, payload }: VzenithInput, settings: Settings): readonly Translated[] {
  const { source, value } = payload.body.AlarmGioIn.result.TriggerResult
  if (whole(settings['passedInput'], { min: 0, max: 255, otherwise: -1 }) !== source) return []
  const at = timestamp * 1000
  const report: Translated = { channel: 'report', message: { at, loop: value === 1 } }
  if (value === 1) return [report]
  const name = `io-${(id ?? `${source}-${timestamp}`).replace(idAlphabet, '-')}`.slice(0, 64)
  return [report, { channel: 'event', message: { id: name, at, type: 'passed' } }]
}

function toEvent(message: VzenithRead | VzenithInput, settings: Settings): readonly Translated[] {
  if ('timestamp' in message && 'body' in message.payload) return toLoop(message, settings)
  const event = toLaneEvent(message as VzenithRead)
  return event ? [{ channel: 'event', message: event }] : []
}

function toResult(answer: VzenithAnswer): CommandResult {
  const [commandId, code] = 'msgId' in answer ? [answer.msgId, answer.state_code] : [answer.id, answer.code]
  return code === done ? { commandId, ok: true } : { commandId, ok: false, code: `STATE_${Math.abs(code)}` }
}

function open(commandId: string, settings: Settings): VzenithOpen {
  const output = { channelNum: outputOf(settings), delay: pulseOf(settings) }
  return { Response_AlarmInfoPlate: { info: 'ok', ...output, msgId: commandId } }
}

function switchOutput({ command, topicName, settings, now }: CommandToTranslate, value: number): VzenithOutput {
  return {
    ...{ id: command.commandId, sn: topicName, name: 'gpio_out', version: '1.0', timestamp: Math.floor(now / 1000) },
    payload: { type: 'gpio_out', body: { io: outputOf(settings), value, delay: pulseOf(settings) } },
  }
}

/** Values of an output. */
const [off, on, pulse] = [0, 1, 2] as const

function encode(toTranslate: CommandToTranslate): { readonly name: string; readonly payload: object } {
  const { command, settings } = toTranslate
  switch (command.op) {
    case 'hold-open':
      return { name: 'gpio_out', payload: switchOutput(toTranslate, on) }
    case 'release':
      return { name: 'gpio_out', payload: switchOutput(toTranslate, off) }
    default:
      return settings['openWith'] === 'gpio_out'
        ? { name: 'gpio_out', payload: switchOutput(toTranslate, pulse) }
        : { name: 'ivs_result', payload: open(command.commandId, settings) }
  }
}

/** The dialect of the VZenith plate cameras. */
export const vzenithCodec: DialectCodec = {
  dialect: vzenithDialect,
  up: {
    event: translation(Type.Union([VzenithRead, VzenithInput]), toEvent),
    result: translation(VzenithAnswer, (answer) => [{ channel: 'result', message: toResult(answer) }]),
    status: translation(VzenithAlive, ({ timestamp }) =>
      timestamp === undefined ? [] : [{ channel: 'report', message: { at: timestamp * 1000 } }],
    ),
  },
  encode,
}
