import { command } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { deviceWith } from '../testing/in-console'
import { voiceOf } from './capabilities'

test('a device with a voice says the text', () => {
  const say = command('Say', Type.Object({ text: Type.String({ maxLength: 4 }) }))
  const voice = voiceOf(deviceWith({ capabilities: { say } }))
  expect(voice?.name).toBe('say')
  expect(voice?.argsFor('abcdef')).toEqual({ text: 'abcd' })
})

test('a device with display and voice shows the text in lines that fit, and says it', () => {
  const display = command(
    'Show',
    Type.Object({
      lines: Type.Array(Type.String({ maxLength: 3 }), { maxItems: 2 }),
      voice: Type.Optional(Type.String({ maxLength: 200 })),
    }),
  )
  expect(voiceOf(deviceWith({ capabilities: { display } }))?.argsFor('请走北门出口谢谢')).toEqual({
    lines: ['请走北', '门出口'],
    voice: '请走北门出口谢谢',
  })
})

test('a device without a voice cannot speak', () => {
  expect(voiceOf(deviceWith({}))).toBeUndefined()
  expect(voiceOf(undefined)).toBeUndefined()
})
