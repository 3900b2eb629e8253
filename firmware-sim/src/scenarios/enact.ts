import type { PlateColour } from '@gatehouse/gateway/protocol'
import type { Random } from '../core/seeded-random.ts'
import type { Cameras } from '../onvif/cameras.ts'
import type { Fleet } from './fleet.ts'
import type { Happening, HappeningType, ScenarioCompound, ScenarioDevice } from './scenario.ts'
import { carOf, type Sights } from './sights.ts'

const patienceSeconds = 25
const waitMs = 12_000

/** Everything that a happening can act on. */
export interface Stage {
  readonly fleet: Fleet
  readonly cameras: Cameras
  readonly random: Random
  readonly deviceOf: (deviceId: string) => StagedDevice | undefined
  /** Uploads a picture with the device's credentials and answers its name. */
  readonly upload: (deviceId: string, picture: Promise<Uint8Array>) => Promise<string | undefined>
  readonly later: (ms: number, action: () => void) => void
}

export interface StagedDevice {
  readonly device: ScenarioDevice
  readonly compound: ScenarioCompound
  readonly sights: Sights
}

type Of<T extends HappeningType> = Extract<Happening, { type: T }>
type Enact<T extends HappeningType> = (happening: Of<T>, stage: Stage, at: StagedDevice) => void

/** New-energy plates are the ones with eight characters. */
const colourOf = (plate: string): PlateColour => (plate === '' ? 'unknown' : plate.length === 8 ? 'green' : 'blue')

const acts: { readonly [T in HappeningType]: Enact<T> } = {
  vehicle(happening, { fleet, upload }, { device, sights }) {
    const { plate, readAs = plate, colour = colourOf(plate), confidence = 97 } = happening
    fleet.barriers.get(device.deviceId)?.stimulate({
      type: 'vehicle',
      plate: readAs,
      colour,
      confidence,
      patienceMs: (happening.patienceSeconds ?? patienceSeconds) * 1000,
      tailgates: happening.tailgates === true,
      picture: upload(device.deviceId, sights.vehicle(device, carOf(plate, colour))),
    })
  },
  call(_happening, { fleet, upload }, { device, sights }) {
    const picture = upload(device.deviceId, sights.snapshot({ ...device, view: 'lane' }, Date.now()))
    fleet.barriers.get(device.deviceId)?.stimulate({ type: 'call', picture })
  },
  'forced-arm': ({ deviceId }, { fleet }) => fleet.barriers.get(deviceId)?.stimulate({ type: 'forced' }),
  obstacle: ({ deviceId, forSeconds }, { fleet }) =>
    fleet.barriers.get(deviceId)?.stimulate({ type: 'obstacle', forMs: forSeconds * 1000 }),
  person({ personId }, { fleet, upload, random }, { device, compound, sights }) {
    const faceId = compound.people.find((person) => person.personId === personId)?.faceId
    if (faceId === undefined) return
    fleet.faceGates.get(device.deviceId)?.stimulate({
      type: 'face',
      faceId,
      score: round(random.between(0.9, 0.99)),
      liveness: round(random.between(0.93, 0.995)),
      waitMs,
      picture: upload(device.deviceId, sights.person(device, personId)),
    })
  },
  stranger(_happening, { fleet, upload, random }, { device, sights }) {
    fleet.faceGates.get(device.deviceId)?.stimulate({
      type: 'stranger',
      liveness: round(random.between(0.85, 0.99)),
      waitMs,
      picture: upload(device.deviceId, sights.person(device, undefined)),
    })
  },
  card: ({ deviceId, card }, { fleet }) => fleet.faceGates.get(deviceId)?.stimulate({ type: 'card', card, waitMs }),
  'door-alarm'({ deviceId, alarm }, { fleet }) {
    fleet.faceGates
      .get(deviceId)
      ?.stimulate(alarm === 'held-open' ? { type: 'blocked', forMs: 30_000 } : { type: alarm })
  },
  smoke({ deviceId, peakPercent = 18, forSeconds = 60 }, { fleet }, { device, sights }) {
    sights.smokeAt(device, Math.min(1, peakPercent / 20), forSeconds * 1000 + 15_000)
    fleet.smokes.get(deviceId)?.stimulate({ type: 'smoke', peakPercent, forMs: forSeconds * 1000 })
  },
  motion({ deviceId, forSeconds = 8 }, { cameras, later }) {
    cameras.trigger(deviceId, 'motion', true)
    later(forSeconds * 1000, () => cameras.trigger(deviceId, 'motion', false))
  },
  fault({ deviceId, fault, forSeconds }, { fleet, cameras, later }, { device }) {
    if (device.kind === 'camera') {
      if (fault.type !== 'clock-skew') return
      cameras.setClockSkew(deviceId, fault.offsetMs)
      later(forSeconds * 1000, () => cameras.setClockSkew(deviceId, 0))
      return
    }
    const faults = fleet.all.get(deviceId)?.faults
    faults?.inject(fault)
    later(forSeconds * 1000, () => faults?.clear(fault.type))
  },
}

const round = (value: number) => Math.round(value * 1000) / 1000

/** Lets one thing happen. */
export function enact<T extends HappeningType>(happening: Of<T> & { readonly type: T }, stage: Stage) {
  const at = stage.deviceOf(happening.deviceId)
  if (at) acts[happening.type](happening, stage, at)
}
