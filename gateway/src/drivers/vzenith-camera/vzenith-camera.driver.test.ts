import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { VzenithOpen, VzenithOutput, vzenithDialect, channelOf, type VzenithRead } from '../../protocol/index.ts'
import { vzenithCamera } from './vzenith-camera.driver.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const { up, encode } = vzenithCamera.codec ?? { up: {}, encode: () => ({ name: '', payload: {} }) }

type PlateResult = VzenithRead['payload']['AlarmInfoPlate']['result']['PlateResult']

const readOf = (more: Partial<PlateResult> = {}) => ({
  name: 'ivs_result',
  sn: '8fcd1c4e-20ca9ecb',
  payload: {
    AlarmInfoPlate: {
      result: {
        PlateResult: {
          license: base64('贵GZ7S13'),
          confidence: 97,
          colorType: 1,
          type: 1,
          triggerType: 8,
          isoffline: 0,
          is_fake_plate: 0,
          plateid: 594785,
          timeStamp: { Timeval: { sec: 1_628_670_619, usec: 539_956 } },
          ...more,
        },
      },
    },
  },
})
const inputOf = (source: number, value: number, id?: string) => ({
  ...(id !== undefined && { id }),
  timestamp: 1_621_927_036,
  payload: { body: { AlarmGioIn: { result: { TriggerResult: { source, value } } } } },
})

/** What the house makes of a message, and that all of it fits the house's own schemas. */
function heard(channel: 'event' | 'status' | 'result', message: object, settings = {}) {
  expect(up[channel] && Value.Check(up[channel].schema, message)).toBe(true)
  const messages = up[channel]?.translate(message as never, settings) ?? []
  for (const { channel: native, message: own } of messages) {
    if (native !== 'result') expect([own, ...Value.Errors(vzenithCamera[native], own)]).toEqual([own])
  }
  return messages
}
const eventOf = (more: Partial<PlateResult>) => heard('event', readOf(more))[0]?.message

test('a read becomes the plate event of the house, by the time of the camera', () => {
  expect(heard('event', readOf())).toEqual([
    {
      channel: 'event',
      message: {
        id: '594785-1628670619-539956',
        at: 1_628_670_619_539,
        type: 'plate',
        plate: '贵GZ7S13',
        colour: 'blue',
        confidence: 97,
      },
    },
  ])
})

test.each([
  ['京A12345|京A1234S|京A12345|', { plate: '京A12345', candidates: ['京A1234S'] }],
  ['京A12345', { plate: '京A12345', candidates: undefined }],
  ['_无_', { plate: '', candidates: undefined }],
  ['无牌车', { plate: '', candidates: undefined }],
  ['', { plate: '', candidates: undefined }],
])('of "%s" the first is the plate and the others are candidates', (text, read) => {
  const event = eventOf({ license: base64(text) }) as Record<string, unknown>
  expect({ plate: event['plate'], candidates: event['candidates'] }).toEqual(read)
})

test.each([
  [{ colorType: 0, type: 19 }, 'green'],
  [{ colorType: 0, type: 3 }, 'yellow'],
  [{ colorType: 0, type: 4 }, 'yellow'],
  [{ colorType: 0, type: 5 }, 'white'],
  [{ colorType: 0, type: 9 }, 'white'],
  [{ colorType: 0, type: 10 }, 'black'],
  [{ colorType: 0, type: 14 }, 'black'],
  [{ colorType: 0, type: 18 }, 'unknown'],
  [{ colorType: 0, type: 200 }, 'unknown'],
  [{ colorType: 2, type: 1 }, 'yellow'],
  [{ colorType: 3 }, 'white'],
  [{ colorType: 4 }, 'black'],
  [{ colorType: 5 }, 'green'],
  [{ colorType: 200, type: 0 }, 'unknown'],
])('colour and kind %o are %s', (more, colour) => {
  expect(eventOf(more)).toMatchObject({ colour })
})

test.each([
  ['kept while offline is history', { isoffline: 1 }, { type: 'plate', replayed: true }],
  ['a picture of a plate is marked', { is_fake_plate: 1 }, { fake: true }],
  ['a car that turns back has reversed', { triggerType: 66, license: '' }, { type: 'reversed' }],
  ['a car that does not move on blocks the lane', { triggerType: 64 }, { type: 'blocked' }],
])('%s', (_name, more, event) => {
  expect(eventOf(more)).toMatchObject(event)
})

test('a car that moves on again is no event, and a camera without plate numbers is told apart by time', () => {
  expect(eventOf({ triggerType: 65 })).toBeUndefined()
  const message = {
    payload: { AlarmInfoPlate: { result: { PlateResult: { license: '', timeStamp: { Timeval: { sec: 7 } } } } } },
  }
  expect(heard('event', message)[0]?.message).toMatchObject({ id: '0-7-0', at: 7000, confidence: 0 })
})

test.each([
  ['a licence that is not base64', { license: '京A12345' }],
  ['a licence that is not UTF-8', { license: Buffer.from([0xc3, 0x28]).toString('base64') }],
  ['an encrypted licence', { is_encrypted: 1 }],
])('%s is refused', (_name, more) => {
  expect(() => eventOf(more)).toThrow(/license/)
})

test('the loop behind the arm tells who has passed; other inputs tell nothing', () => {
  const settings = { passedInput: 1 }
  const at = 1_621_927_036_000
  const passed = (id: string) => [
    { channel: 'report', message: { at, loop: false } },
    { channel: 'event', message: { id, at, type: 'passed' } },
  ]
  expect(heard('event', inputOf(1, 1), settings)).toEqual([{ channel: 'report', message: { at, loop: true } }])
  expect(heard('event', inputOf(1, 0, 'b1Y1/dVE'), settings)).toEqual(passed('io-b1Y1-dVE'))
  expect(heard('event', inputOf(1, 2), settings)).toEqual(passed('io-1-1621927036'))
  expect(heard('event', inputOf(0, 0), settings)).toEqual([])
  expect(heard('event', inputOf(1, 0))).toEqual([])
})

test('a heartbeat tells the clock, anything else that the camera is there', () => {
  expect(heard('status', { timestamp: 12 })).toEqual([{ channel: 'report', message: { at: 12_000 } }])
  expect(heard('status', { name: 'device_info' })).toEqual([])
})

test.each([
  [
    { state_code: 200, msgId: 'c-1' },
    { commandId: 'c-1', ok: true },
  ],
  [
    { code: 200, id: 'c-1', name: 'gpio_out', payload: null },
    { commandId: 'c-1', ok: true },
  ],
  [
    { state_code: 500, msgId: 'c-1' },
    { commandId: 'c-1', ok: false, code: 'STATE_500' },
  ],
  [
    { code: -1, id: 'c-1' },
    { commandId: 'c-1', ok: false, code: 'STATE_1' },
  ],
])('%o answers a command as %o', (answer, result) => {
  expect(heard('result', answer)).toEqual([{ channel: 'result', message: result }])
})

const command = (op: string, settings: Record<string, string | number | boolean> = {}) =>
  encode({ command: { commandId: 'c-1', op }, topicName: '8fcd-20ca', settings, now: 1_621_927_036_500 })

test('open is the answer to a read, with the command as message id', () => {
  const opened = command('open')
  expect(opened).toEqual({
    name: 'ivs_result',
    payload: { Response_AlarmInfoPlate: { info: 'ok', channelNum: 0, delay: 1000, msgId: 'c-1' } },
  })
  expect(Value.Check(VzenithOpen, opened.payload)).toBe(true)
  const other = command('open', { output: 2, pulseMs: 1500 }).payload
  expect(other).toMatchObject({ Response_AlarmInfoPlate: { channelNum: 2, delay: 1500 } })
  const listed = command('open', { output: '3' }).payload
  expect(listed).toMatchObject({ Response_AlarmInfoPlate: { channelNum: 3 } })
  const wrong = command('open', { output: 9, pulseMs: 'long' }).payload
  expect(wrong).toMatchObject({ Response_AlarmInfoPlate: { channelNum: 0, delay: 1000 } })
})

test.each([
  ['open', { openWith: 'gpio_out' }, 2],
  ['hold-open', {}, 1],
  ['release', {}, 0],
])('%s with %o switches the output to %i', (op, settings, value) => {
  const { name, payload } = command(op, settings)
  expect(name).toBe('gpio_out')
  expect(payload).toMatchObject({ id: 'c-1', sn: '8fcd-20ca', payload: { body: { io: 0, value, delay: 1000 } } })
  expect(Value.Check(VzenithOutput, payload)).toBe(true)
})

test('what it means is what a lane means', () => {
  const basics = { id: 'e1', at: 1 }
  const { toSignal, toState, toReadings, commands } = vzenithCamera
  const read = { ...basics, type: 'plate', plate: '京A12345', colour: 'blue', confidence: 9, fake: true } as const
  expect(toSignal(read)).toMatchObject({ type: 'vehicle-recognised', plate: '京A12345', isFake: true })
  expect(toSignal({ ...basics, type: 'passed' })).toEqual({ type: 'vehicle-passed' })
  expect(toSignal({ ...basics, type: 'reversed' })).toEqual({ type: 'vehicle-reversed' })
  expect(toSignal({ ...basics, type: 'blocked' })).toEqual({ type: 'lane-anomaly', anomaly: 'blocked' })
  expect([toState?.({ at: 1 }), toReadings({ at: 1 })]).toEqual([undefined, { loop: undefined }])
  expect(toState?.({ at: 1, loop: true })).toEqual({ type: 'lane-state-changed', loop: true })
  const { open, holdOpen, release } = commands
  expect([open({}), holdOpen({}), release({})]).toEqual([{ op: 'open' }, { op: 'hold-open' }, { op: 'release' }])
})

test.each([
  ['device/8FCD-20CA/message/up/ivs_result', 'event'],
  ['device/8fcd-20ca/message/up/gpio_in', 'event'],
  ['device/8fcd-20ca/message/up/keep_alive', 'status'],
  ['device/8fcd-20ca/message/down/gpio_out/reply', 'result'],
  ['device/8fcd-20ca/message/down/gpio_out', undefined],
  ['device/other/message/up/ivs_result', undefined],
  ['device/8fcd-20ca/message/up/', undefined],
  ['device/8fcd-20ca/message/up/a/b', undefined],
  ['gh/v1/8fcd-20ca/event', undefined],
])('the topic %s means %s', (topic, channel) => {
  expect(channelOf(vzenithDialect, 'up', { topic, device: '8fcd-20ca' })).toBe(channel)
})
