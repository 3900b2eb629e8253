import { expect, test } from 'vitest'
import { createRandom } from '../core/seeded-random.ts'
import { createAgenda } from './agenda.ts'

test('what comes first is done first, whenever it was added', () => {
  const agenda = createAgenda<number>()
  const random = createRandom('agenda')
  const times = Array.from({ length: 500 }, () => random.int(0, 100))
  times.forEach((at, index) => agenda.add(at, index))
  const done: { at: number; what: number }[] = []
  for (let item = agenda.next(); item; item = agenda.next()) done.push(item)
  const inOrder = times.map((at, what) => ({ at, what })).sort((a, b) => a.at - b.at || a.what - b.what)
  expect(done.map(({ at, what }) => ({ at, what }))).toEqual(inOrder)
})
