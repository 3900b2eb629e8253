import type { Random } from '../core/seeded-random.ts'
import { drawPlateNumber } from './residents.ts'
import type { Happening, ScenarioCompound, SimKind } from './scenario.ts'

/** How busy each hour of the day is, of the busiest one. Nights are livelier than real ones: somebody is watching. */
const rhythm = [
  0.3, 0.25, 0.25, 0.25, 0.25, 0.3, 0.55, 0.95, 1, 0.7, 0.55, 0.6, 0.65, 0.55, 0.5, 0.55, 0.7, 0.95, 1, 0.85, 0.7, 0.5,
  0.4, 0.35,
]

/** Characters that lane cameras take for one another. */
const confusable: Readonly<Record<string, string>> = {
  '0': 'D',
  D: '0',
  '8': 'B',
  B: '8',
  '2': 'Z',
  '5': 'S',
  '1': 'T',
}

export function misread(plate: string, random: Random): string {
  const places = [...plate.slice(1).matchAll(/[0DB8251]/g)].map(({ index }) => index + 1)
  if (places.length === 0) return plate
  const place = random.pick(places)
  return plate.slice(0, place) + (confusable[plate[place] ?? ''] ?? '') + plate.slice(place + 1)
}

const misreadShare = 0.03

/** One stream of similar happenings: after which gap the next one comes, and what it is. */
export interface Stream {
  readonly perHour: number
  readonly next: () => Happening | undefined
}

/** Milliseconds to the next happening: memoryless, as arrivals are, and following the time of day. */
export function gapMs(random: Random, perHour: number, hour: number): number {
  const rate = (perHour * (rhythm[hour] ?? 1)) / 3_600_000
  return Math.max(200, -Math.log(1 - random.next()) / rate)
}

const idsOf = ({ devices }: ScenarioCompound, kind: SimKind) =>
  devices.filter((device) => device.kind === kind).map(({ deviceId }) => deviceId)

/** Residents' cars come home and leave again; now and then somebody comes whom nobody knows. */
function vehicles(compound: ScenarioCompound, random: Random): () => Happening | undefined {
  const out = new Set(
    compound.devices.filter(({ settings }) => settings?.['direction'] === 'out').map(({ deviceId }) => deviceId),
  )
  const isOut = (deviceId: string) => out.has(deviceId)
  const barriers = idsOf(compound, 'barrier')
  const lanes = { in: barriers.filter((id) => !isOut(id)), out: barriers.filter(isOut) }
  const plates = compound.permits.filter(({ kind }) => kind !== 'blacklist').map(({ plate }) => plate)
  const residents = createResidents(plates, random)
  const guests = createGuests(random, compound.traffic?.guestsPark ?? false)
  const unknownShare = compound.traffic?.unknownShare ?? 0

  return () => {
    const { direction, plate } = random.chance(unknownShare) ? guests.move() : residents.move()
    if (lanes[direction].length === 0 || plate === undefined) return undefined
    const deviceId = random.pick(lanes[direction])
    if (!random.chance(misreadShare))
      return { atSeconds: 0, type: 'vehicle', deviceId, plate, confidence: random.int(91, 99) }
    const readAs = misread(plate, random)
    return { atSeconds: 0, type: 'vehicle', deviceId, plate, readAs, confidence: random.int(70, 84) }
  }
}

/** On average so many are inside: then as many come as go. */
const usualGuests = 6

/** Cars that nobody knows. Where they may park they stay for a while, and the one that came first leaves first. */
function createGuests(random: Random, park: boolean) {
  const inside: string[] = []
  return {
    move() {
      const leaver = random.chance(inside.length / (2 * usualGuests)) ? inside.shift() : undefined
      if (leaver !== undefined) return { direction: 'out', plate: leaver } as const
      const plate = drawPlateNumber(random)
      if (park) inside.push(plate)
      return { direction: 'in', plate } as const
    },
  }
}

/** Cars are at home or away, and each move takes one to the other side. */
function createResidents(plates: readonly string[], random: Random) {
  const away = new Set(plates.filter(() => random.chance(0.5)))
  const home = new Set(plates.filter((plate) => !away.has(plate)))
  return {
    move() {
      const comesHome = home.size === 0 || (away.size > 0 && random.chance(0.5))
      const [from, to] = comesHome ? [away, home] : [home, away]
      const direction = comesHome ? ('in' as const) : ('out' as const)
      if (from.size === 0) return { direction, plate: undefined }
      const plate = random.pick([...from])
      from.delete(plate)
      to.add(plate)
      return { direction, plate }
    },
  }
}

function visitors(compound: ScenarioCompound, random: Random): () => Happening | undefined {
  const gates = idsOf(compound, 'face-gate')
  return () => {
    if (gates.length === 0) return undefined
    const deviceId = random.pick(gates)
    if (random.chance((compound.traffic?.unknownShare ?? 0) / 2)) return { atSeconds: 0, type: 'stranger', deviceId }
    if (compound.people.length === 0) return undefined
    const { personId, faceId, cards } = random.pick(compound.people)
    const card = cards[0]
    if (faceId !== undefined) return { atSeconds: 0, type: 'person', deviceId, personId }
    return card === undefined ? undefined : { atSeconds: 0, type: 'card', deviceId, card }
  }
}

function motions(compound: ScenarioCompound, random: Random): () => Happening | undefined {
  const cameras = compound.devices.filter(({ kind, view }) => kind === 'camera' && view !== 'corridor')
  return () =>
    cameras.length === 0
      ? undefined
      : { atSeconds: 0, type: 'motion', deviceId: random.pick(cameras).deviceId, forSeconds: random.int(4, 20) }
}

/** Everyday life of a compound, by seed. */
export function trafficOf(compound: ScenarioCompound, random: Random): Stream[] {
  const { traffic } = compound
  if (!traffic) return []
  return [
    { perHour: traffic.vehiclesPerHour, next: vehicles(compound, random.fork('vehicles')) },
    { perHour: traffic.peoplePerHour, next: visitors(compound, random.fork('visitors')) },
    { perHour: traffic.motionsPerHour, next: motions(compound, random.fork('motions')) },
  ].filter(({ perHour }) => perHour > 0)
}
