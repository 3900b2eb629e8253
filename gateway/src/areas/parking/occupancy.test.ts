import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import { memoryStore, setupEdge, startTime } from '../../../test/fakes.ts'
import { defaultLanePolicy } from '@gatehouse/platform/domain'

declare module 'vitest' {
  interface ProvidedContext {
    occupancy: { readonly tests: number; readonly numRuns: number }
  }
}

const plates = ['沪A00001', '沪A00002', '沪A00003', '沪A00004', '沪A00005'] as const
const lanes = ['lane-in', 'lane-out'] as const
type LaneId = (typeof lanes)[number]

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('come' as const), car: fc.nat(4), isRead: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('go' as const), car: fc.nat(4), isRead: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('turn-round' as const), lane: fc.nat(1), car: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cut' as const), lane: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('mend' as const), lane: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('tell' as const), lane: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('repeat' as const), index: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Message {
  readonly lane: LaneId
  readonly event: { readonly id: string; readonly at: number } & Record<string, unknown>
}

const rules = {
  policy: { ...defaultLanePolicy, temporary: true, notInside: 'open' as const },
  lanes: {},
  tariffs: [],
}

const minuteMs = 60_000
/** How far the clock of each lane is ahead, ms: further apart than most stays take. */
const skews = fc.record({
  'lane-in': fc.integer({ min: -20 * minuteMs, max: 20 * minuteMs }),
  'lane-out': fc.integer({ min: -20 * minuteMs, max: 20 * minuteMs }),
})

/** Cars that really come and go, lanes that are cut off and tell of it later, and a gateway that is restarted. */
async function startWorld(aheadMs: Readonly<Record<LaneId, number>>) {
  const memory = memoryStore()
  let edge = await setupEdge({ memory, desired: { parking: { permits: [], rules } } })
  const inside = new Set<number>()
  const isCut: Record<LaneId, boolean> = { 'lane-in': false, 'lane-out': false }
  const untold: Record<LaneId, Message[]> = { 'lane-in': [], 'lane-out': [] }
  const told: Message[] = []
  let now = startTime
  let count = 0

  async function tell(message: Message) {
    edge.time.now = now
    told.push(message)
    await edge.say(message.lane, 'event', message.event)
  }
  async function happen(lane: LaneId, event: object) {
    count += 1
    now += 3000
    const message = { lane, event: { id: `e${count}`, at: now + aheadMs[lane], ...event } }
    if (isCut[lane]) untold[lane].push({ lane, event: { ...message.event, replayed: true } })
    else await tell(message)
  }
  /** As devices do when they are connected, before they tell what they have kept. */
  async function report(lane: LaneId) {
    count += 1
    edge.time.now = now
    const state = { arm: 'closed', loop: false, temperatureCelsius: 20 }
    await edge.say(lane, 'report', { at: now + aheadMs[lane], seq: count, ...state })
  }
  async function tellOne(lane: LaneId) {
    const message = untold[lane].shift()
    if (!message) return
    await report(lane)
    await tell(message)
  }
  async function restart() {
    edge = await setupEdge({ memory })
    for (const lane of lanes) if (!isCut[lane]) await report(lane)
  }
  async function mend(lane: LaneId) {
    isCut[lane] = false
    await report(lane)
  }
  async function drive(lane: LaneId, car: number, isRead: boolean) {
    if (isRead) await happen(lane, { type: 'plate', plate: plates[car], colour: 'blue', confidence: 90 })
    await happen(lane, { type: 'passed' })
    now += 30_000
  }
  const laneOf = (index: number) => lanes[index] ?? 'lane-in'

  async function turnRound(lane: LaneId, car: number) {
    if (inside.has(car) !== (lane === 'lane-out')) return
    await happen(lane, { type: 'plate', plate: plates[car], colour: 'blue', confidence: 90 })
    await happen(lane, { type: 'reversed' })
  }
  async function come(car: number, isRead: boolean) {
    if (inside.has(car)) return
    inside.add(car)
    await drive('lane-in', car, isRead)
  }
  async function go(car: number, isRead: boolean) {
    if (inside.delete(car)) await drive('lane-out', car, isRead)
  }
  async function repeat(index: number) {
    const message = told[index % Math.max(1, told.length)]
    edge.time.now = now
    if (message) await edge.say(message.lane, 'event', message.event)
  }

  const take = async (next: Step) => {
    switch (next.type) {
      case 'come':
        return come(next.car, next.isRead)
      case 'go':
        return go(next.car, next.isRead)
      case 'turn-round':
        return turnRound(laneOf(next.lane), next.car)
      case 'cut':
        isCut[laneOf(next.lane)] = true
        return
      case 'mend':
        return mend(laneOf(next.lane))
      case 'tell':
        return tellOne(laneOf(next.lane))
      case 'repeat':
        return repeat(next.index)
      case 'restart':
        return restart()
    }
  }
  for (const lane of lanes) await report(lane)

  return {
    take,
    async tellAll() {
      for (const lane of lanes) while (untold[lane].length > 0) await tellOne(lane)
    },
    isAllTold: () => lanes.every((lane) => untold[lane].length === 0),
    inside: () => inside.size,
    occupancy: () => edge.edge.parking.occupancy(),
  }
}

const { tests, numRuns } = inject('occupancy')

/** Every world is kept until its test ends. */
test.for(Array.from({ length: tests }, (_, index) => index + 1))(
  'however cars come, go and follow each other, whatever clocks say and whenever it is told, the lot counts who is inside (%i)',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), skews, async (steps, aheadMs) => {
        const world = await startWorld(aheadMs)
        for (const next of steps) {
          await world.take(next)
          if (world.isAllTold()) expect(world.occupancy()).toBe(world.inside())
        }
        await world.tellAll()
        expect(world.occupancy()).toBe(world.inside())
      }),
      { numRuns },
    )
  },
)
