import {
  demand,
  deviceTime,
  goAway,
  laneOf,
  look,
  nextId,
  plan,
  readAt,
  sayPassed,
  wait,
  type Driver,
  type LotPlay,
} from './lot-play.ts'
import type { Expected, OracleStay, Sight } from './lot-oracle.ts'
import { cutAt, isAway } from './mishaps.ts'

/** How a car got the arm open: when it left by the lane's clock, and what was let off. */
interface Opened {
  readonly leftAt: number
  readonly waivedFen: number
  /** As what it is on record when it leaves. */
  readonly plate: string
  readonly stay: OracleStay | undefined
  /** Whether the lane opened by itself, so that the car may still turn back. */
  readonly isPlain: boolean
}

interface Asked {
  readonly driver: Driver
  readonly sight: Sight
  readonly expected: Expected
  /** By the lane's clock. */
  readonly readAt: number
}

async function byRaise(play: LotPlay, { driver, expected }: Asked, waivedFen: number): Promise<Opened> {
  const { stay, car } = driver
  play.counts.raises += 1
  wait(play, 20_000)
  const plate = stay?.plate ?? car.plate
  const laneId = laneOf(play, 'out')
  await play.port.raise(play.now, { laneId, plate: plate || 'none', sessionId: stay?.sessionId, waivedFen })
  const leftAt = deviceTime(play, 'out')
  return { leftAt, waivedFen: expected.decision === 'pay' ? waivedFen : 0, plate, stay, isPlain: false }
}

/** Somebody at the gate lifts the arm: who leaves is whom the camera has read. */
function byHand(play: LotPlay, { sight, expected, readAt: leftAt }: Asked): Opened {
  wait(play, 15_000)
  const stay = expected.decision === 'pay' ? play.oracle.stayOf(expected.plate) : undefined
  return { leftAt, waivedFen: 0, plate: stay?.plate ?? sight.text, stay, isPlain: false }
}

interface Paid {
  readonly stay: OracleStay
  readonly fen: number
  readonly plate?: string | undefined
}

async function pays(play: LotPlay, { stay, fen, plate }: Paid): Promise<boolean> {
  play.counts.payments += 1
  const receipt = `${stay.sessionId}#${stay.credits.length}`
  stay.credits.push({ fen, at: play.now, byPhone: plate !== undefined })
  return play.port.pay(play.now, { receipt, sessionId: stay.sessionId, fen, plate })
}

/** Whoever is on record under another plate than his own does not find himself on the page. */
const plateOnPhone = ({ car }: Driver, { plate }: OracleStay) =>
  plate !== '' && plate === car.plate ? plate : undefined

/** Somebody pays while the car stands inside, now and then again by hand. */
export async function payAhead(play: LotPlay, driver: Driver): Promise<void> {
  const { stay } = driver
  if (!stay || stay.end || isAway(play.mishaps, play.now)) return
  const { owedFen: fen } = play.oracle.due(stay, play.now)
  if (fen === 0) return
  await pays(play, { stay, fen, plate: plateOnPhone(driver, stay) })
  wait(play, 1_000)
  if (play.random.chance(0.01)) await pays(play, { stay, fen })
}

async function byPaying(play: LotPlay, asked: Asked): Promise<Opened> {
  const { driver } = asked
  const { stay } = driver
  const { agreement, random, mishaps } = play
  const { owedFen = 0 } = asked.expected
  if (!stay) throw new Error('nobody asks for money without a stay')
  const byItself = (isOpened: boolean, how: string): Opened => {
    demand(play, isOpened, { problem: `the arm stayed shut: ${how}`, sessionId: stay.sessionId, owedFen })
    return { leftAt: deviceTime(play, 'out'), waivedFen: 0, plate: stay.plate, stay, isPlain: false }
  }
  if (!isAway(mishaps, play.now) && random.chance(0.6)) {
    wait(play, 25_000)
    const { owedFen: fen } = play.oracle.due(stay, play.now)
    const plate = plateOnPhone(driver, stay)
    // A lane whose clock is ahead may ask for what the centre does not ask for yet: that is paid by hand.
    const paid = fen > 0 ? { stay, fen, plate } : { stay, fen: owedFen }
    return byItself(await pays(play, paid), 'it has paid')
  }
  if (agreement.unpaid === 'open-and-record-debt') {
    wait(play, agreement.patienceMs + 500)
    return byItself(await play.port.tick(play.now), 'it has waited for long enough')
  }
  if (isAway(mishaps, play.now)) return byHand(play, asked)
  return byRaise(play, asked, random.chance(0.5) ? owedFen : Math.floor(owedFen / 2))
}

function opens(play: LotPlay, asked: Asked): Promise<Opened> | Opened {
  const { driver, expected, readAt: leftAt } = asked
  if (expected.decision === 'pay') return byPaying(play, asked)
  if (expected.decision === 'ask') return isAway(play.mishaps, play.now) ? byHand(play, asked) : byRaise(play, asked, 0)
  return { leftAt, waivedFen: 0, plate: expected.plate, stay: driver.stay, isPlain: true }
}

/** Somebody who has a stay on record slips out behind, unread. */
async function tailgate(play: LotPlay): Promise<void> {
  if (play.mishaps.losesExits || !play.random.chance(0.003)) return
  const other = Array.from(play.inside).find(({ stay, car }) => stay !== undefined && car.habit === 'resident')
  if (!other || cutAt(play.mishaps, 'in', play.now)) return
  wait(play, 3_000)
  await sayPassed(play, 'out')
  play.counts.tailgaters += 1
  play.counts.passages += 1
  goAway(play, other)
}

async function pass(play: LotPlay, driver: Driver, { leftAt, waivedFen, plate, stay }: Opened): Promise<void> {
  wait(play, 6_000)
  play.counts.passages += 1
  if (play.mishaps.losesExits && stay && driver.car.plate !== '' && play.random.chance(0.005)) {
    play.counts.lostExits += 1
    // The loop of the lane starts anew; until it does, nobody else gets through.
    wait(play, 90_000)
    play.lost.add(stay)
    goAway(play, driver)
    return
  }
  await sayPassed(play, 'out')
  if (stay) play.oracle.leaves(stay, leftAt, waivedFen)
  else play.oracle.leavesUnknown(plate, { at: play.now, leftAt })
  goAway(play, driver)
  await tailgate(play)
}

function leaveInTheDark(play: LotPlay, driver: Driver, until: number): void {
  const { car, stay } = driver
  if (car.plate === '' || stay?.plate !== car.plate) {
    plan(play, driver, { what: 'leave', at: until + 60_000 })
    return
  }
  const sight = { text: car.plate, colour: car.colour }
  play.kept.out.push({
    ...{ driver, sight, stay },
    eventId: nextId(play),
    readAt: deviceTime(play, 'out'),
    at: play.now,
  })
  wait(play, 7_000)
  play.counts.passages += 1
  goAway(play, driver)
}

/** Nobody has told yet that it came in; if it had slipped out before, it still is on record from that time. */
function takeFromRecord({ oracle, kept }: LotPlay, driver: Driver, { plate }: Expected): void {
  const before = driver.stay ? undefined : oracle.stayOf(plate)
  if (!before) return
  driver.stay = before
  for (const entry of kept.in) if (entry.driver === driver) entry.before = before
}

/** A car stands in front of the way out. */
export async function leave(play: LotPlay, driver: Driver): Promise<void> {
  const cut = cutAt(play.mishaps, 'out', play.now)
  if (cut) {
    leaveInTheDark(play, driver, cut.to)
    return
  }
  // Nobody knows one car without plates from another: they wait for somebody who sees both pictures.
  if (driver.car.plate === '' && isAway(play.mishaps, play.now)) {
    plan(play, driver, { what: 'leave', at: play.mishaps.away.to + 60_000 })
    return
  }
  const isMisreadingSafe = !(play.mishaps.losesExits && isAway(play.mishaps, play.now))
  const { plate: text, colour } = driver.car
  const sight = isMisreadingSafe ? look(play, driver, 'out') : { text, colour }
  const expected = play.oracle.atExit(sight, deviceTime(play, 'out'))
  const isOwn = expected.decision === 'ask' || !driver.stay || expected.plate === driver.stay.plate
  demand(play, isOwn, { problem: 'the rules would take it for another car', sight, expected })
  takeFromRecord(play, driver, expected)
  const seenAt = await readAt(play, 'out', { sight, id: nextId(play), expected })
  const opened = await opens(play, { driver, sight, expected, readAt: seenAt })
  if (opened.isPlain && play.random.chance(0.007)) {
    wait(play, 8_000)
    await sayPassed(play, 'out', 'reversed')
    play.counts.reversals += 1
    plan(play, driver, { what: 'leave', at: play.now + 5 * 60_000 })
  } else await pass(play, driver, opened)
  wait(play, 2_000)
}
