import type { Random } from '../core/seeded-random.ts'
import { drawPeople, drawPermits } from './residents.ts'
import type { ScenarioCompound, ScenarioDevice, Traffic } from './scenario.ts'
import { laySite, type Site } from './site-plan.ts'

/** How much of everything a compound has. */
export interface CompoundPlan {
  readonly compoundId: string
  readonly name: string
  readonly path: string
  readonly buildings: number
  /** Each with one lane in and one lane out. */
  readonly gates: number
  readonly faceGates: number
  readonly speakers: number
  readonly cameras: number
  readonly smokes: number
  readonly people: number
  readonly permits: number
  readonly traffic: Traffic
}

const gateNames = ['北门', '南门']
const directions = { in: '入口', out: '出口' } as const
const cameraSpots = ['中心花园', '儿童乐园', '东侧道路', '西侧道路', '地库入口', '垃圾分类点', '快递柜', '健身广场']

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))
const numbered = (name: string, round: number) => (round === 0 ? name : `${name} ${round + 1}`)

function barriers({ compoundId, gates }: CompoundPlan, site: Site): ScenarioDevice[] {
  return times(gates, (gate) =>
    (['in', 'out'] as const).map((direction): ScenarioDevice => {
      const place = `${gateNames[gate % 2] ?? ''}${directions[direction]}`
      return {
        deviceId: `${compoundId}-barrier-${gate === 0 ? '' : `${gate + 1}-`}${direction}`,
        kind: 'barrier',
        name: `${place}道闸`,
        place,
        position: site.laneOf(gate, direction),
        settings: { direction },
      }
    }),
  ).flat()
}

function faceGates({ compoundId, buildings, faceGates: count }: CompoundPlan, site: Site): ScenarioDevice[] {
  return times(count, (index): ScenarioDevice => {
    const building = (index % buildings) + 1
    const entrance = Math.floor(index / buildings)
    const place = count > buildings ? `${building}号楼 ${entrance + 1}单元` : `${building}号楼`
    return {
      deviceId: `${compoundId}-gate-${index + 1}`,
      kind: 'face-gate',
      name: `${place}门禁`,
      place,
      position: site.doorOf(building, entrance),
      settings: { building: String(building) },
    }
  })
}

function smokes({ compoundId, buildings, smokes: count }: CompoundPlan, site: Site): ScenarioDevice[] {
  return times(count, (index): ScenarioDevice => {
    const building = (index % buildings) + 1
    return {
      deviceId: `${compoundId}-smoke-${index + 1}`,
      kind: 'smoke',
      name: `${building}号楼烟感`,
      place: `${building}号楼 ${1 + Math.floor(index / buildings)}层走廊`,
      position: site.centreOf(building),
      settings: { building: String(building) },
    }
  })
}

function speakers({ compoundId, speakers: count }: CompoundPlan, site: Site): ScenarioDevice[] {
  const zones = ['北门广场', '中心花园', '东区', '西区']
  return times(count, (index): ScenarioDevice => {
    const zone = numbered(zones[index % zones.length] ?? '', Math.floor(index / zones.length))
    return {
      deviceId: `${compoundId}-speaker-${index + 1}`,
      kind: 'speaker',
      name: `${zone}广播`,
      place: zone,
      position: site.alongRoad((index + 0.5) / count),
      settings: { zone },
    }
  })
}

/** The first two look at the gate, every fifth into a corridor, the others at roads and gardens. */
function cameras({ compoundId, buildings, cameras: count, gates }: CompoundPlan, site: Site): ScenarioDevice[] {
  return times(count, (index): ScenarioDevice => {
    const deviceId = `${compoundId}-cam-${index + 1}`
    if (index < 2 * gates) {
      const direction = index % 2 === 0 ? 'in' : 'out'
      const place = `${gateNames[Math.floor(index / 2) % 2] ?? ''}${directions[direction]}`
      const { x, y } = site.laneOf(Math.floor(index / 2), direction)
      const position = { x: x + (direction === 'in' ? -8 : 8), y }
      return { deviceId, kind: 'camera', name: `${place}全景`, place, position, view: 'lane' }
    }
    if (index % 5 === 4) {
      const building = (Math.floor(index / 5) % buildings) + 1
      const { x, y } = site.centreOf(building)
      const place = `${building}号楼走廊`
      return { deviceId, kind: 'camera', name: place, place, position: { x: x + 8, y }, view: 'corridor' }
    }
    const place = numbered(cameraSpots[index % cameraSpots.length] ?? '', Math.floor(index / cameraSpots.length))
    const position = site.alongRoad((index + 0.25) / count)
    return { deviceId, kind: 'camera', name: place, place, position, view: 'courtyard' }
  })
}

/** Lays out one compound and draws its people; the same randomness gives the same compound. */
export function buildCompound(plan: CompoundPlan, random: Random): ScenarioCompound {
  const { compoundId, name, path, buildings, gates, traffic } = plan
  const site = laySite(buildings, Math.max(1, gates))
  return {
    compoundId,
    gatewayId: `${compoundId}-gateway`,
    name,
    path,
    timeZone: 'Asia/Shanghai',
    plan: site.plan,
    devices: [
      ...barriers(plan, site),
      ...faceGates(plan, site),
      ...speakers(plan, site),
      ...cameras(plan, site),
      ...smokes(plan, site),
    ],
    permits: plan.permits > 0 ? drawPermits(random.fork('permits'), plan) : [],
    people: drawPeople(random.fork('people'), plan),
    traffic,
  }
}
