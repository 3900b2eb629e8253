import { expect, test } from 'vitest'
import { isGhost, longestStayMs } from './ghost.ts'

test('a stay that is older than any is a ghost', () => {
  expect([isGhost(0, longestStayMs), isGhost(0, longestStayMs + 1)]).toEqual([false, true])
})
