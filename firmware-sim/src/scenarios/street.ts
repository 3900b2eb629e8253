import type { Random } from '../core/seeded-random.ts'
import { buildCompound, type CompoundPlan } from './build-compound.ts'
import type { Scenario } from './scenario.ts'

const names = [
  ['cuihu', '翠湖花园'],
  ['jinxiu', '锦绣家园'],
  ['heping', '和平里'],
  ['yangguang', '阳光新村'],
  ['dongfang', '东方名苑'],
  ['linjiang', '临江公寓'],
  ['wutong', '梧桐苑'],
  ['baihua', '百花小区'],
  ['xinghe', '星河湾'],
] as const
const communities = 6

/** The reference street: 11 parking systems, 545 cameras, 245 face gates, 22 speakers, 9 unattended compounds. */
const fleet = { parkingSystems: 11, faceGates: 245, speakers: 22, cameras: 545, streetCameras: 95 } as const

/** The part of `total` that belongs to one of the compounds; the parts add up to the total. */
const shareOf = (total: number, index: number) =>
  Math.floor((total * (index + 1)) / names.length) - Math.floor((total * index) / names.length)

function planOf(index: number, copy: number): CompoundPlan {
  const [id, name] = names[index] ?? names[0]
  const street = copy === 0 ? 'binjiang' : `binjiang-${copy + 1}`
  const compoundId = copy === 0 ? id : `${id}-${copy + 1}`
  return {
    compoundId,
    name: copy === 0 ? name : `${name} ${copy + 1}`,
    path: `${street}/community-${(index % communities) + 1}/${compoundId}`,
    buildings: 10,
    gates: shareOf(fleet.parkingSystems, index),
    faceGates: shareOf(fleet.faceGates, index),
    speakers: shareOf(fleet.speakers, index),
    cameras: shareOf(fleet.cameras - fleet.streetCameras, index),
    smokes: 10,
    people: 400,
    permits: 220,
    traffic: { vehiclesPerHour: 160, peoplePerHour: 420, motionsPerHour: 400, unknownShare: 0.05 },
  }
}

/** Cameras along the public road belong to no compound; a gateway of the street looks after them. */
function roadPlan(copy: number): CompoundPlan {
  const compoundId = copy === 0 ? 'binjiang-road' : `binjiang-road-${copy + 1}`
  return {
    compoundId,
    name: copy === 0 ? '滨江街道公共区域' : `滨江街道公共区域 ${copy + 1}`,
    path: `${copy === 0 ? 'binjiang' : `binjiang-${copy + 1}`}/${compoundId}`,
    buildings: 8,
    gates: 0,
    faceGates: 0,
    speakers: 0,
    cameras: fleet.streetCameras,
    smokes: 0,
    people: 0,
    permits: 0,
    traffic: { vehiclesPerHour: 0, peoplePerHour: 0, motionsPerHour: 900, unknownShare: 0 },
  }
}

/** `scale` streets; 1 is the reference street. */
export function streetScenario(random: Random, scale: number): Scenario {
  const plans = Array.from({ length: scale }, (_, copy) => [
    ...names.map((_name, index) => planOf(index, copy)),
    roadPlan(copy),
  ]).flat()
  return {
    name: 'street',
    compounds: plans.map((plan) => buildCompound(plan, random.fork(plan.compoundId))),
    happenings: [],
  }
}
