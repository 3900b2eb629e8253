import {
  deviceTime,
  goAway,
  laneOf,
  look,
  nextId,
  plan,
  readAt,
  restart,
  sayPassed,
  wait,
  type Driver,
  type LotPlay,
} from './lot-play.ts'
import type { Expected, Sight } from './lot-oracle.ts'
import { cutAt, isAway } from './mishaps.ts'

/** The car is inside, whatever is on record; it leaves when its trip says so. */
export function settleIn(play: LotPlay, driver: Driver): void {
  driver.isInside = true
  play.inside.add(driver)
  play.counts.passages += 1
  const trip = driver.trips.findLast(({ arriveAt }) => arriveAt <= play.now)
  plan(play, driver, { what: 'leave', at: Math.max(trip?.leaveAt ?? 0, play.now + 60_000) })
}

/** The lane cannot be reached: somebody lifts the arm by hand, and its controller keeps what it saw. */
function enterInTheDark(play: LotPlay, driver: Driver, until: number): void {
  const { car } = driver
  if (car.plate === '' || car.permit?.kind === 'blacklist') {
    plan(play, driver, { what: 'arrive', at: until + 60_000 })
    return
  }
  const sight = { text: car.plate, colour: car.colour }
  play.kept.in.push({ driver, sight, eventId: nextId(play), readAt: deviceTime(play, 'in'), at: play.now })
  wait(play, 7_000)
  settleIn(play, driver)
}

/** Somebody far away looks at the car and lets it in as what it is. */
async function raiseFor(play: LotPlay, { car }: Driver): Promise<Expected> {
  const { oracle, port } = play
  play.counts.raises += 1
  wait(play, 20_000)
  const right = oracle.atEntry({ text: car.plate, colour: car.colour }, deviceTime(play, 'in'))
  await port.raise(play.now, { laneId: laneOf(play, 'in'), plate: car.plate || 'none', waivedFen: 0 })
  const isRight = right.decision === 'open' && right.plate === car.plate
  return isRight ? right : { decision: 'open', plate: car.plate, right: 'temporary' }
}

/** Somebody slips in behind, unread; not where exits get lost, as nobody could say afterwards who it was that left. */
async function tailgate(play: LotPlay): Promise<void> {
  if (play.mishaps.losesExits || !play.random.chance(0.004)) return
  wait(play, 3_000)
  await sayPassed(play, 'in')
  play.counts.tailgaters += 1
  const plate = `沪D${String(10_000 + play.counts.tailgaters)}`
  const stayMs = play.random.int(3_600_000, 4 * 3_600_000)
  const trip = { arriveAt: play.now, leaveAt: play.now + stayMs }
  settleIn(play, { car: { plate, colour: 'blue', habit: 'rare' }, trips: [trip], isInside: true, unended: [], plan: 0 })
}

async function pass(play: LotPlay, driver: Driver, { id, expected }: { id: string; expected: Expected }) {
  wait(play, 6_000)
  await sayPassed(play, 'in')
  const { plate, right, groupId } = expected
  const sessionId = `${laneOf(play, 'in')}/${id}`
  const stay = { sessionId, plate, right, groupId, enteredAt: deviceTime(play, 'in') }
  driver.stay = play.oracle.enters(stay, play.now)
  settleIn(play, driver)
  await tailgate(play)
}

async function answerAt(play: LotPlay, driver: Driver, { id, sight }: { id: string; sight: Sight }) {
  const expected = play.oracle.atEntry(sight, deviceTime(play, 'in'))
  await readAt(play, 'in', { sight, id, expected })
  if (expected.decision === 'open') return expected
  const isHelped = expected.decision === 'ask' && !isAway(play.mishaps, play.now)
  if (isHelped) return raiseFor(play, driver)
  play.counts.refused += 1
  return undefined
}

/** A car stands in front of the way in. */
export async function arrive(play: LotPlay, driver: Driver): Promise<void> {
  const cut = cutAt(play.mishaps, 'in', play.now)
  if (cut) {
    enterInTheDark(play, driver, cut.to)
    return
  }
  const id = nextId(play)
  const expected = await answerAt(play, driver, { id, sight: look(play, driver, 'in') })
  if (!expected) {
    wait(play, 5_000)
    goAway(play, driver)
  } else if (play.random.chance(0.015)) {
    wait(play, 8_000)
    await sayPassed(play, 'in', 'reversed')
    play.counts.reversals += 1
    plan(play, driver, { what: 'arrive', at: play.now + 5 * 60_000 })
  } else {
    if (play.random.chance(0.0005)) await restart(play)
    await pass(play, driver, { id, expected })
  }
  wait(play, 2_000)
}
