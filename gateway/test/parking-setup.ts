import type { DesiredFile, ParkingCredit, ParkingRules, Permit } from '@gatehouse/platform/contract'
import { defaultLanePolicy, type LanePolicy, type Tariff } from '@gatehouse/platform/domain'
import { compound, deviceOf, memoryStore, setupEdge, startTime } from './fakes.ts'

export const minuteMs = 60_000
export const hourMs = 3_600_000

/** 30 minutes free; ¥5 for the first hour, then ¥2 an hour; at most ¥30 in 24 hours; 15 minutes to leave. */
export const tariff: Tariff = {
  ...{ tariffId: 'plain', version: 3, name: '临时停车', validFrom: 0, utcOffsetMinutes: 480 },
  ...{ freeMinutes: 30, graceMinutes: 15, cap: { kind: 'rolling-24h', fen: 3000 } },
  classes: [
    {
      vehicleClasses: ['small', 'large', 'new-energy', 'other'],
      periods: [
        {
          ...{ fromMinute: 0, toMinute: 1440 },
          tiers: [
            { upToMinute: 60, unitMinutes: 60, fenPerUnit: 500 },
            { upToMinute: null, unitMinutes: 60, fenPerUnit: 200 },
          ],
        },
      ],
    },
  ],
}

export const permits: Permit[] = [
  { plate: '沪A12345', kind: 'monthly', holder: '' },
  { plate: '沪A66666', kind: 'own-space', holder: '' },
  { plate: '沪B88888', kind: 'visitor', holder: '', validUntil: startTime + 60_000 },
  { plate: '沪C66666', kind: 'blacklist', holder: '' },
  { plate: '沪E11111', kind: 'group', holder: '', groupId: 'g1', spaces: 1 },
  { plate: '沪E22222', kind: 'group', holder: '', groupId: 'g1', spaces: 1 },
  { plate: '沪F55555', kind: 'monthly', holder: '', validUntil: startTime + 2 * hourMs },
]

interface LotSetup {
  readonly policy?: Partial<LanePolicy>
  readonly rules?: Partial<ParkingRules>
  readonly memory?: ReturnType<typeof memoryStore>
  /** Goes on with what is stored. */
  readonly isRestart?: boolean
}

/** A lot with two entrances and one exit where temporary cars may come in and pay. */
export async function setupLot({ policy, rules, memory = memoryStore(), isRestart = false }: LotSetup = {}) {
  const all = { ...defaultLanePolicy, temporary: true, expired: 'temporary', notInside: 'ask', ...policy } as const
  const parking = { permits, rules: { policy: all, lanes: {}, tariffs: [tariff], ...rules } }
  const desired: DesiredFile = isRestart ? {} : { parking }
  const devices = [...compound, deviceOf('lane-in-2', 'barrier', { direction: 'in' })]
  const edge = await setupEdge({ desired, memory, devices })
  let revision = 1
  const read = (laneId: string, plate: string, more: object = {}) =>
    edge.happen(laneId, { type: 'plate', plate, colour: plate === '' ? 'unknown' : 'blue', confidence: 97, ...more })
  const pass = (laneId: string, more: object = {}) => edge.happen(laneId, { type: 'passed', ...more })
  const reverse = (laneId: string, more: object = {}) => edge.happen(laneId, { type: 'reversed', ...more })
  /** Reports as a controller does on every change. */
  const report = (laneId: string, state: object) =>
    edge.say(laneId, 'report', {
      ...{ at: edge.time.now, seq: (revision += 1), arm: 'closed', loop: false, temperatureCelsius: 20 },
      ...state,
    })
  const pay = (credits: readonly ParkingCredit[]) =>
    edge.edge.desired.apply('payments', (revision += 1), { credits: [...credits] })
  return {
    ...edge,
    ...{ read, pass, reverse, report, pay, rules: parking.rules },
    occupancy: () => edge.edge.parking.occupancy(),
    tick: () => edge.edge.parking.tick(),
    /** Lets time go by: reports of devices and clock of the gateway together. */
    wait: (ms: number) => void (edge.time.now += ms),
    enter: async (plate: string) => {
      await read('lane-in', plate)
      await pass('lane-in')
      edge.time.now += 20_000
    },
    leave: async (plate: string) => {
      await read('lane-out', plate)
      await pass('lane-out')
      edge.time.now += 20_000
    },
  }
}
