import { expect, test } from 'vitest'
import { Background } from './background.ts'

test('it has settled when also what came later has ended', async () => {
  const background = new Background()
  const ended: string[] = []
  const work = async (name: string, next?: () => void) => {
    await Promise.resolve()
    ended.push(name)
    next?.()
  }
  background.add(work('first', () => background.add(work('second'))))
  await background.settled()
  expect(ended).toEqual(['first', 'second'])
})

test('without any work there is nothing to wait for', async () => {
  await expect(new Background().settled()).resolves.toBeUndefined()
})
