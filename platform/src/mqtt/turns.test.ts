import { expect, onTestFinished, test, vi } from 'vitest'
import { Turns } from './turns.ts'

/** Time that passes only when the test says so. */
function setup({ places = 1, busy = 0 } = {}) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const load = { busy }
  return { turns: new Turns(places, () => load.busy), load }
}
const pass = (ms: number) => vi.advanceTimersByTime(ms)
const nobody = () => undefined

test('places are taken at once while there are any, then in line', () => {
  const { turns } = setup({ places: 2 })
  const woken: string[] = []

  expect([turns.take(nobody), turns.take(nobody)]).toEqual([true, true])
  expect(turns.take(() => woken.push('first'))).toBe(false)
  expect(turns.take(() => woken.push('second'))).toBe(false)
  pass(100)
  expect(woken).toEqual([])
  turns.give()
  pass(5)
  expect(woken).toEqual(['first'])
  turns.give()
  pass(5)
  expect(woken).toEqual(['first', 'second'])
})

test('nobody overtakes the line', () => {
  const { turns } = setup()
  const wake = vi.fn()
  turns.take(nobody)
  turns.take(wake)
  turns.give()

  expect(turns.take(nobody)).toBe(false)
  pass(5)
  expect(wake).toHaveBeenCalledTimes(1)
})

test('who leaves the line is not called', () => {
  const { turns } = setup()
  const [gone, next] = [vi.fn(), vi.fn()]
  turns.take(nobody)
  turns.take(gone)
  turns.take(next)
  turns.leave(gone)
  turns.give()

  pass(5)
  expect(next).toHaveBeenCalledTimes(1)
  expect(gone).not.toHaveBeenCalled()
})

test('with a busy event loop the line moves slowly, with an idle one ever faster', () => {
  const { turns, load } = setup({ places: 0, busy: 1 })
  let inLine = 0
  const admittedIn = (ms: number) => {
    for (; inLine < 10_000; inLine += 1) {
      turns.take(() => (inLine -= 1))
      turns.give()
    }
    pass(ms)
    return 10_000 - inLine
  }

  admittedIn(1000)
  const slowly = admittedIn(100)
  load.busy = 0
  admittedIn(1000)
  const quickly = admittedIn(100)

  expect(slowly).toBe(20)
  expect(quickly).toBeGreaterThan(20 * slowly)
})

test('many in line get less of the time than few', () => {
  const admittedOf = (crowd: number) => {
    const { turns } = setup({ places: 0, busy: 0.5 })
    let admitted = 0
    let inLine = 0
    for (let passed = 0; passed < 200; passed += 1) {
      for (; inLine < crowd; inLine += 1) {
        turns.take(() => {
          admitted += 1
          inLine -= 1
        })
        turns.give()
      }
      pass(5)
    }
    return admitted
  }

  expect(admittedOf(200)).toBeGreaterThan(10 * admittedOf(1000))
})

test('without a line nothing runs', () => {
  const { turns } = setup()
  turns.take(nobody)
  turns.take(nobody)
  turns.give()
  pass(5)

  expect(vi.getTimerCount()).toBe(0)
})
