import type { Random } from '../core/seeded-random.ts'
import { buildCompound } from './build-compound.ts'
import { drawPlateNumber } from './residents.ts'
import type { Happening, Scenario } from './scenario.ts'

/** The first minute, staged: whoever looks at the console for the first time sees every decision soon. */
function opening(random: Random, { compounds }: Scenario): Happening[] {
  const permits = compounds[0]?.permits.filter(({ kind }) => kind !== 'blacklist') ?? []
  const residents = compounds[0]?.people.filter(({ faceId }) => faceId !== undefined) ?? []
  const known = random.pick(permits).plate
  const banned = compounds[0]?.permits.find(({ kind }) => kind === 'blacklist')?.plate ?? drawPlateNumber(random)
  const guest = drawPlateNumber(random)
  const resident = random.pick(residents).personId
  return [
    { atSeconds: 5, type: 'vehicle', deviceId: 'cuihu-barrier-in', plate: known },
    { atSeconds: 9, type: 'person', deviceId: 'cuihu-gate-1', personId: resident },
    { atSeconds: 12, type: 'vehicle', deviceId: 'cuihu-barrier-in', plate: guest },
    { atSeconds: 17, type: 'vehicle', deviceId: 'cuihu-barrier-out', plate: random.pick(permits).plate },
    { atSeconds: 19, type: 'vehicle', deviceId: 'cuihu-barrier-in', plate: banned, patienceSeconds: 20 },
    { atSeconds: 26, type: 'motion', deviceId: 'cuihu-cam-3', forSeconds: 12 },
    { atSeconds: 36, type: 'stranger', deviceId: 'cuihu-gate-3' },
    { atSeconds: 42, type: 'vehicle', deviceId: 'cuihu-barrier-out', plate: guest, patienceSeconds: 90 },
    { atSeconds: 48, type: 'person', deviceId: 'cuihu-gate-2', personId: random.pick(residents).personId },
  ]
}

/** One compound that fits on a laptop's screen: 翠湖花园. */
export function compoundScenario(random: Random): Scenario {
  const scenario: Scenario = {
    name: 'compound',
    compounds: [
      buildCompound(
        {
          compoundId: 'cuihu',
          name: '翠湖花园',
          path: 'binjiang/cuihu-community/cuihu',
          buildings: 4,
          gates: 1,
          faceGates: 4,
          speakers: 4,
          cameras: 6,
          smokes: 4,
          people: 30,
          permits: 40,
          traffic: {
            vehiclesPerHour: 110,
            peoplePerHour: 130,
            motionsPerHour: 60,
            unknownShare: 0.2,
            guestsPark: true,
          },
        },
        random,
      ),
    ],
    happenings: [],
  }
  return { ...scenario, happenings: opening(random.fork('opening'), scenario) }
}
