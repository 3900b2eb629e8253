import { drivers } from '@gatehouse/gateway'
import type { BarrierEvent } from '@gatehouse/gateway/protocol'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { passedInput, vzenithSpeech } from './vzenith-speech.ts'

const driver = drivers.find(({ kind }) => kind === 'vzenith-camera')
const codec = driver?.transport === 'mqtt' ? driver.codec : undefined
const sn = '8fcd-20ca'
const at = 1_780_000_000_123

const event = (body: object) => ({ id: 'e-7', at, seq: 7, ...body }) as BarrierEvent
const plate = event({ type: 'plate', plate: '沪A12345', colour: 'green', confidence: 96.6, candidates: ['沪A1234S'] })

/** What the driver of the gateway understands of it. */
function understood(channel: 'event' | 'status' | 'result', text: string | undefined) {
  const message: unknown = JSON.parse(text ?? '')
  const translation = codec?.up[channel]
  expect(translation && Value.Check(translation.schema, message)).toBe(true)
  return translation?.translate(message as never, { passedInput }).map((heard) => heard.message)
}

test('the driver understands what the camera has read, live and kept', () => {
  const speech = vzenithSpeech(sn)
  const read = { type: 'plate', plate: '沪A12345', candidates: ['沪A1234S'], colour: 'green', confidence: 97, at }
  expect(understood('event', speech.event(plate, false)?.payload)).toEqual([{ ...read, id: '7-1780000000-123000' }])
  expect(understood('event', speech.event(plate, true)?.payload)).toMatchObject([{ ...read, replayed: true }])
  const bare = event({ type: 'plate', plate: '', colour: 'unknown', confidence: 0, fake: true })
  expect(understood('event', speech.event(bare, false)?.payload)).toMatchObject([{ plate: '', fake: true }])
})

test('the picture follows in a message of its own, which names the same read', () => {
  const speech = vzenithSpeech(sn)
  const later = speech.followUp?.(plate)
  expect(later?.said.payload).toContain('imagePath')
  const [first] = understood('event', speech.event(plate, false)?.payload) ?? []
  expect(understood('event', later?.said.payload)).toEqual([first])
  expect(speech.followUp?.(event({ type: 'reversed' }))).toBeUndefined()
})

test.each(['reversed', 'blocked', 'passed'])('%s is told in words of the maker', (type) => {
  const heard = understood('event', vzenithSpeech(sn).event(event({ type }), false)?.payload)
  expect(heard?.at(-1)).toMatchObject({ type })
})

test('what the camera has no word for stays unsaid', () => {
  for (const type of ['call', 'tailgated', 'forced']) {
    expect(vzenithSpeech(sn).event(event({ type }), false)).toBeUndefined()
  }
  expect(understood('status', vzenithSpeech(sn).report({ at })?.payload)).toEqual([{ at: 1_780_000_000_000 }])
})

test.each(['open', 'hold-open', 'release'])('the order %s is understood, and answered where it came from', (op) => {
  const speech = vzenithSpeech(sn)
  const asked = codec?.encode({ command: { commandId: 'c-1', op }, topicName: sn, settings: {}, now: at })
  const topic = `device/${sn}/message/down/${asked?.name ?? ''}`
  expect(speech.understand(topic, asked?.payload)).toMatchObject({ commandId: 'c-1', op })
  const answer = speech.result({ commandId: 'c-1', ok: false, code: 'ARM_STUCK' })
  expect(answer?.topic).toBe(`${topic}/reply`)
  expect(understood('result', answer?.payload)).toEqual([{ commandId: 'c-1', ok: false, code: 'STATE_500' }])
  expect(speech.result({ commandId: 'c-1', ok: true })).toBeUndefined()
})

test('garbage is no order', () => {
  expect(vzenithSpeech(sn).understand('x', { Response_AlarmInfoPlate: {} })).toBeUndefined()
})
