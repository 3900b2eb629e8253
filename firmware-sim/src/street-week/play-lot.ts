import type { Random } from '../core/seeded-random.ts'
import { createAgenda } from './agenda.ts'
import { makeCars, type Car } from './cars.ts'
import { arrive } from './entries.ts'
import { leave, payAhead } from './exits.ts'
import {
  demand,
  laneOf,
  plan,
  restart,
  showClocks,
  type Counts,
  type Driver,
  type Errand,
  type LotErrand,
  type Kept,
  type LotPlay,
  type LotPort,
} from './lot-play.ts'
import { LotOracle, type LotAgreement, type OracleStay } from './lot-oracle.ts'
import { isAway, lanes, planMishaps, type Direction } from './mishaps.ts'
import { tripsOf } from './trips.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export interface LotPlan {
  readonly lotId: string
  /** Lots differ in what goes wrong at them. */
  readonly index: number
  readonly cars: readonly Car[]
  readonly agreement: LotAgreement
  /** Midnight, local time, UTC ms. */
  readonly from: number
  readonly days: number
  readonly random: Random
}

/** The cars of a lot and what was agreed for it. */
export function planLot(given: Omit<LotPlan, 'cars' | 'agreement'> & { residents: number; strangers: number }) {
  const { random, from, days, residents, strangers } = given
  const town = { residents, strangers, from, to: from + days * dayMs }
  const cars = makeCars(town, random.fork('cars'))
  return { cars, permits: cars.flatMap(({ permit }) => permit ?? []) }
}

const noCounts = (): Counts => ({
  ...{ passages: 0, misreads: 0, reversals: 0, tailgaters: 0, lostExits: 0 },
  ...{ replayed: 0, raises: 0, payments: 0, deaths: 0, refused: 0 },
})

/** Cars that are still on record although they have gone. */
const unseen = (lost: ReadonlySet<OracleStay>) => Array.from(lost).filter(({ end }) => end === undefined).length

function setTheStage({ lotId, index, cars, agreement, from, days, random }: LotPlan, port: LotPort): LotPlay {
  const agenda = createAgenda<Errand>()
  const mishaps = planMishaps({ index, from, days }, random.fork('mishaps'))
  const [inside, lost] = [new Set<Driver>(), new Set<OracleStay>()]
  const oracle = new LotOracle(agreement, () => inside.size + unseen(lost))
  const play: LotPlay = {
    ...{ lotId, agreement, port, mishaps, agenda, oracle, inside, lost, now: from, events: 0, areClocksSet: false },
    ...{ random: random.fork('play'), kept: { in: [], out: [] }, counts: noCounts() },
  }
  for (const [number, car] of cars.entries()) {
    const trips = tripsOf(car, { from, days }, random.fork(`trips-${number}`))
    const [first] = trips
    if (first) plan(play, { car, trips, isInside: false, unended: [], plan: 0 }, { what: 'arrive', at: first.arriveAt })
  }
  for (const { lane, to } of mishaps.cuts) agenda.add(to, { what: 'replay', lane })
  for (const at of mishaps.deaths) agenda.add(at, { what: 'die' })
  agenda.add(mishaps.clocksSetAt, { what: 'set-clocks' })
  for (let at = from; at < from + (days + 2) * dayMs; at += hourMs) agenda.add(at, { what: 'ship' })
  for (let at = from; at < from + days * dayMs; at += hourMs / 4) agenda.add(at, { what: 'show-clocks' })
  for (let day = 1; day <= days; day += 1) agenda.add(from + day * dayMs - 1, { what: 'look' })
  return play
}

async function tellAfterwards(play: LotPlay, lane: Direction, kept: Kept) {
  const { driver, sight, eventId, readAt, stay, before } = kept
  const { port, oracle, counts } = play
  const laneId = laneOf(play, lane)
  const at = readAt + 7_000
  counts.replayed += 1
  const expected = lane === 'in' ? oracle.atEntry(sight, readAt) : undefined
  const { text: plate, colour } = sight
  await port.say(play.now, laneId, {
    id: eventId,
    at: readAt,
    type: 'plate',
    plate,
    colour,
    confidence: 95,
    replayed: true,
  })
  await port.say(play.now, laneId, { id: `${eventId}p`, at, type: 'passed', replayed: true })
  if (stay) {
    oracle.leaves(stay, readAt)
    return
  }
  // It was charged and has left as one stay, and stays one.
  if (before?.end?.outcome === 'left') return
  const isRight = expected?.decision === 'open'
  const { right, groupId } = isRight ? expected : { right: 'temporary' }
  const entered = { sessionId: `${laneId}/${eventId}`, plate, right, groupId, enteredAt: at }
  const begun = oracle.enters(entered, kept.at)
  if (driver.isInside && !begun.end) driver.stay = begun
}

/** Records come as they were kept, each one perhaps twice. */
async function replay(play: LotPlay, lane: Direction) {
  await showClocks(play)
  for (const kept of play.kept[lane].splice(0)) await tellAfterwards(play, lane, kept)
}

/** The record must agree with the truth, but for exits that nobody has told of. */
function lookAround(play: LotPlay) {
  const { inside, lost, port } = play
  if (lanes.some((lane) => play.kept[lane].length > 0)) return
  const [real, lostCars, gateway] = [inside.size, unseen(lost), port.occupancy()]
  demand(play, gateway === real + lostCars, { problem: 'the count is not the truth', real, lostCars, gateway })
}

/** What happens to the whole lot. */
const lotErrands: Readonly<Record<LotErrand, (play: LotPlay) => Promise<void>>> = {
  die: restart,
  'show-clocks': showClocks,
  async ship(play) {
    if (!isAway(play.mishaps, play.now)) await play.port.ship(play.now)
  },
  look: async (play) => lookAround(play),
  async 'set-clocks'(play) {
    play.areClocksSet = true
    await showClocks(play)
  },
}

function run(play: LotPlay, errand: Errand): Promise<void> {
  switch (errand.what) {
    case 'arrive':
      return arrive(play, errand.driver)
    case 'leave':
      return leave(play, errand.driver)
    case 'pay':
      return payAhead(play, errand.driver)
    case 'replay':
      return replay(play, errand.lane)
    default:
      return lotErrands[errand.what](play)
  }
}

const counts = (errand: Errand) => !('driver' in errand) || errand.driver.plan === errand.plan

/** Everybody has gone home; what is still on record can only be a ghost, and is one when the rule says so. */
async function letGhostsFade(play: LotPlay) {
  lookAround(play)
  play.now += 31 * dayMs
  await play.port.tick(play.now)
  for (const stay of Array.from(play.oracle.inside.values())) play.oracle.becomesGhost(stay, play.now)
  lookAround({ ...play, lost: new Set() })
  await play.port.ship(play.now)
}

/** Plays a week at one lot. Throws at the first thing that is not as the oracle says. */
export async function playLot(given: LotPlan, port: LotPort): Promise<LotPlay> {
  const play = setTheStage(given, port)
  await showClocks(play)
  for (let item = play.agenda.next(); item; item = play.agenda.next()) {
    if (!counts(item.what)) continue
    play.now = Math.max(play.now, Math.round(item.at))
    await run(play, item.what)
  }
  await letGhostsFade(play)
  return play
}
