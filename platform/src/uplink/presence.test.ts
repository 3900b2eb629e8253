import { expect, test } from 'vitest'
import { createPresence } from './presence.ts'

test('only the first word makes somebody present', () => {
  const presence = createPresence(1000)
  expect([presence.heard('g', 1), presence.heard('g', 2)]).toEqual([true, false])
  expect([presence.isOnline('g'), presence.isOnline('h'), presence.count()]).toEqual([true, false, 1])
})

test('the goodbye of an earlier start changes nothing', () => {
  const presence = createPresence(1000)
  presence.greeted('g', 'boot-2', 1)
  presence.heard('g', 2)
  expect(presence.saidGoodbye('g', 'boot-1')).toBe(false)
  expect(presence.saidGoodbye('g', 'boot-2')).toBe(true)
  expect(presence.saidGoodbye('g', 'boot-2')).toBe(false)
})

test('of somebody who never said hello every goodbye counts', () => {
  const presence = createPresence(1000)
  presence.heard('g', 1)
  expect(presence.saidGoodbye('g', 'boot-1')).toBe(true)
})

test('who is silent for too long is taken away once', () => {
  const presence = createPresence(1000)
  presence.greeted('g', 'boot-1', 0)
  presence.heard('h', 500)
  expect(presence.takeSilent(999)).toEqual([])
  expect(presence.takeSilent(1000)).toEqual(['g'])
  expect(presence.takeSilent(1000)).toEqual([])
  expect(presence.isOnline('h')).toBe(true)
})
