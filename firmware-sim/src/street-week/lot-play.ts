import type { BarrierEvent } from '@gatehouse/gateway/protocol'
import type { Random } from '../core/seeded-random.ts'
import type { Agenda } from './agenda.ts'
import type { Car } from './cars.ts'
import type { Expected, LotAgreement, LotOracle, OracleStay, Sight } from './lot-oracle.ts'
import { cutAt, lanes, type Direction, type Mishaps } from './mishaps.ts'
import { misread, type Misread } from './plates.ts'
import type { Trip } from './trips.ts'

export interface LaneRaise {
  readonly laneId: string
  readonly plate: string
  readonly sessionId?: string | undefined
  readonly waivedFen: number
}

export interface Payment {
  readonly receipt: string
  readonly sessionId: string
  readonly fen: number
  /** As the driver types it into the page of the lane; nothing for who pays by hand. */
  readonly plate?: string | undefined
}

/** The real thing behind the lanes of one lot. `now` is the true time, UTC ms; nothing happens between two calls. */
export interface LotPort {
  /** Delivers an event; answers whether the arm was opened upon it. */
  say(now: number, laneId: string, event: BarrierEvent): Promise<boolean>
  /** Shows the clock of a lane. */
  report(now: number, laneId: string, deviceTime: number): Promise<void>
  /** Somebody pays what the centre asks. Answers whether a waiting car was let out upon it. */
  pay(now: number, payment: Payment): Promise<boolean>
  raise(now: number, raise: LaneRaise): Promise<void>
  /** Lets time do what it does. Answers whether an arm was opened. */
  tick(now: number): Promise<boolean>
  /** Kills the gateway and starts it from what is on disk. */
  restart(now: number): Promise<void>
  /** The centre gets what it does not have yet. */
  ship(now: number): Promise<void>
  occupancy(): number
}

/** Where a car really is, and what is on record of it. */
export interface Driver {
  readonly car: Car
  readonly trips: Trip[]
  isInside: boolean
  stay?: OracleStay | undefined
  /** Stays that were on record when the car had left. */
  readonly unended: OracleStay[]
  /** What is on the agenda for it counts only as long as this is the same. */
  plan: number
}

export type LotErrand = 'die' | 'ship' | 'look' | 'show-clocks' | 'set-clocks'
export type Errand =
  | { readonly what: 'arrive' | 'pay' | 'leave'; readonly driver: Driver; readonly plan: number }
  | { readonly what: 'replay'; readonly lane: Direction }
  | { readonly what: LotErrand }

export interface Kept {
  readonly driver: Driver
  readonly sight: Sight
  readonly eventId: string
  /** By the lane's clock. */
  readonly readAt: number
  /** The true time of the same. */
  readonly at: number
  readonly stay?: OracleStay | undefined
  /** As what the car has stood at the exit before this was told: its stay from before, which nobody had seen end. */
  before?: OracleStay | undefined
}

export interface Counts {
  passages: number
  misreads: number
  reversals: number
  tailgaters: number
  lostExits: number
  replayed: number
  raises: number
  payments: number
  deaths: number
  refused: number
}

/** One lot while it is being played. */
export interface LotPlay {
  readonly lotId: string
  readonly agreement: LotAgreement
  readonly oracle: LotOracle
  readonly port: LotPort
  readonly mishaps: Mishaps
  readonly random: Random
  readonly agenda: Agenda<Errand>
  readonly inside: Set<Driver>
  /** Stays of cars that have left and of which the lane never told. */
  readonly lost: Set<OracleStay>
  readonly kept: Record<Direction, Kept[]>
  readonly counts: Counts
  now: number
  events: number
  /** Changes between two cars: whoever sets a clock does it while nobody stands there. */
  areClocksSet: boolean
}

export const laneOf = ({ lotId }: LotPlay, lane: Direction) => `${lotId}-${lane}`
export const deviceTime = ({ mishaps, now, areClocksSet }: LotPlay, lane: Direction) =>
  now + mishaps.skewOf(lane, areClocksSet)
export const nextId = (play: LotPlay) => `e${(play.events += 1)}`
/** Nothing is read, decided or passed at the same millisecond. */
export const wait = (play: LotPlay, ms: number) => void (play.now += ms)

export async function showClocks(play: LotPlay): Promise<void> {
  for (const lane of lanes) {
    if (cutAt(play.mishaps, lane, play.now)) continue
    for (let time = 0; time < 4; time += 1) await play.port.report(play.now, laneOf(play, lane), deviceTime(play, lane))
  }
}

/** The gateway dies and is back at once; devices report when they are connected again. */
export async function restart(play: LotPlay): Promise<void> {
  play.counts.deaths += 1
  await play.port.restart(play.now)
  await showClocks(play)
}

/** What is said and what must have been said do not agree. */
export function demand(
  play: LotPlay,
  isRight: boolean,
  found: { readonly problem: string; [fact: string]: unknown },
): void {
  if (isRight) return
  const at = new Date(play.now).toISOString()
  throw new Error(`${play.lotId} at ${at}: ${JSON.stringify(found)}`)
}

const hows: readonly Misread[] = ['lookalike', 'lookalike', 'lost-character', 'province']

/**
 * What the camera makes of a car. A car that nobody knows to be inside is read well, and so is one that nobody has seen
 * leave: as the very plate goes before a similar one, its old stay would be taken for the new one.
 */
export function look(play: LotPlay, { car, stay, unended }: Driver, lane: Direction): Sight {
  const { plate, colour, ambiguous } = car
  const { random, counts } = play
  const isErring = random.chance(0.02)
  const how = random.pick(hows)
  const isTwiceOnRecord = unended.some(({ end }) => end === undefined)
  const isTelling = isTwiceOnRecord || (lane === 'out' && !stay)
  if (!isErring || colour === 'white' || plate === '' || isTelling) return { text: plate, colour }
  counts.misreads += 1
  if (ambiguous !== undefined) return { text: ambiguous, colour }
  return { text: misread(plate, how, random), colour }
}

export function sayPlate(
  play: LotPlay,
  lane: Direction,
  { sight: { text, colour }, id }: Pick<Asked, 'sight' | 'id'>,
): Promise<boolean> {
  const plate = play.random.chance(0.3) && text.length > 2 ? `${text.slice(0, 2)}·${text.slice(2)}` : text
  const event = { id, at: deviceTime(play, lane), type: 'plate', plate, colour, confidence: 95 } as const
  return play.port.say(play.now, laneOf(play, lane), event)
}

export function sayPassed(play: LotPlay, lane: Direction, type: 'passed' | 'reversed' = 'passed'): Promise<boolean> {
  return play.port.say(play.now, laneOf(play, lane), { id: nextId(play), at: deviceTime(play, lane), type })
}

interface Asked {
  readonly sight: Sight
  readonly id: string
  readonly expected: Expected
}

/** Reads a car, and now and then a second time; the arm must do as expected. Answers when it was read, lane's clock. */
export async function readAt(play: LotPlay, lane: Direction, { sight, id, expected }: Asked): Promise<number> {
  const at = deviceTime(play, lane)
  const opened = await sayPlate(play, lane, { sight, id })
  demand(play, opened === (expected.decision === 'open'), {
    problem: 'the lane decided otherwise',
    lane,
    sight,
    id,
    expected,
  })
  if (!play.random.chance(0.02)) return at
  wait(play, 1500)
  const isAgain = await sayPlate(play, lane, { sight, id: nextId(play) })
  demand(play, !isAgain, { problem: 'a second read of the same car opened again', lane, sight })
  return at
}

/** What a car does next is on the agenda; what was there of it before no longer counts. */
export function plan(play: LotPlay, driver: Driver, { what, at }: { what: 'arrive' | 'leave'; at: number }): void {
  driver.plan += 1
  play.agenda.add(at, { what, driver, plan: driver.plan })
  if (what === 'leave' && play.random.chance(0.6))
    play.agenda.add(at - play.random.int(60_000, 25 * 60_000), { what: 'pay', driver, plan: driver.plan })
}

/** The car drives away, and comes back for its next trip. */
export function goAway(play: LotPlay, driver: Driver): void {
  driver.plan += 1
  driver.isInside = false
  if (driver.stay && !driver.stay.end) driver.unended.push(driver.stay)
  driver.stay = undefined
  play.inside.delete(driver)
  const trip = driver.trips.find(({ arriveAt }) => arriveAt > play.now)
  if (trip) plan(play, driver, { what: 'arrive', at: trip.arriveAt })
}
