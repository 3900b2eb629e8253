import type { Random } from '../core/seeded-random.ts'
import type { ScenarioPermit, ScenarioPerson } from './scenario.ts'

const surnames = Array.from('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗')
const givenNames = [
  '建国',
  '秀英',
  '伟',
  '芳',
  '敏',
  '静',
  '丽华',
  '强',
  '洋',
  '艳',
  '勇',
  '娟',
  '涛',
  '明',
  '霞',
  '平',
  '桂英',
  '鹏',
  '雪',
  '婷',
  '志强',
  '海燕',
  '文博',
  '子涵',
  '雨桐',
]
const letters = Array.from('ABCDEFGHJKLMNPQRSTUVWXYZ')
const digits = Array.from('0123456789')
/** Most cars are from here, some from next door. */
const provinces = ['沪', '沪', '沪', '沪', '沪', '苏', '苏', '浙', '皖']

export const consentVersion = '2026-1'

/** Five places with at most two letters, as GA 36 allows. */
const standardTail = (random: Random) =>
  random
    .pick(['DDDDD', 'DDDDD', 'LDDDD', 'DDDDL', 'DLDDD', 'LLDDD'])
    .replace(/[DL]/g, (place) => random.pick(place === 'D' ? digits : letters))

const newEnergyTail = (random: Random) =>
  `${random.pick(['D', 'F'])}${random.pick([...letters, ...digits, ...digits])}${Array.from({ length: 4 }, () => random.pick(digits)).join('')}`

/** A plate that could exist; about a third are new-energy cars. */
export function drawPlateNumber(random: Random): string {
  const head = random.pick(provinces) + random.pick(Array.from('ABCDEFGHK'))
  return head + (random.chance(0.32) ? newEnergyTail(random) : standardTail(random))
}

function uniquely<T>(count: number, draw: () => T): T[] {
  const drawn = new Set<T>()
  while (drawn.size < count) drawn.add(draw())
  return [...drawn]
}

const drawName = (random: Random) => random.pick(surnames) + random.pick(givenNames)
const drawHousehold = (random: Random, buildings: number) =>
  `${random.int(1, buildings)}号楼 ${random.int(1, 18)}0${random.int(1, 4)}`

export interface Census {
  readonly compoundId: string
  readonly buildings: number
  readonly people: number
  readonly permits: number
}

/** Invented people. Every tenth did not agree to face recognition and enters by card only. */
export function drawPeople(random: Random, { compoundId, buildings, people }: Census): ScenarioPerson[] {
  return Array.from({ length: people }, (_, index) => {
    const personId = `${compoundId}-person-${index + 1}`
    const card = random.int(0x10_00_00_00, 0xff_ff_ff_ff).toString(16).toUpperCase()
    const consents = random.chance(0.9)
    return {
      personId,
      name: drawName(random),
      household: drawHousehold(random, buildings),
      ...(consents && { faceId: `face-${personId}`, consentVersion }),
      cards: consents && random.chance(0.4) ? [] : [card],
    }
  })
}

export function drawPermits(random: Random, { buildings, permits }: Census): ScenarioPermit[] {
  const kinds = ['monthly', 'monthly', 'monthly', 'own-space', 'own-space', 'internal'] as const
  return uniquely(permits, () => drawPlateNumber(random)).map((plate, index) => ({
    plate,
    // One car that is not welcome any more.
    kind: index === permits - 1 ? 'blacklist' : random.pick(kinds),
    holder: `${drawHousehold(random, buildings)} ${drawName(random)}`,
  }))
}
