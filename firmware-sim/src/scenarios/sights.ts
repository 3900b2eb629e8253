import type { PlateColour } from '@gatehouse/gateway/protocol'
import { createRandom } from '../core/seeded-random.ts'
import type { Car, CarBody } from '../pictures/car.ts'
import { corridorScene } from '../pictures/corridor.ts'
import { courtyardScene } from '../pictures/courtyard.ts'
import { photograph, type Scene, type Shot } from '../pictures/frame.ts'
import { gateScene } from '../pictures/gate.ts'
import { laneScene } from '../pictures/lane.ts'
import { drawLook, hideFace } from '../pictures/person.ts'
import type { ScenarioCompound, ScenarioDevice } from './scenario.ts'

/** A car stays in the view of the lane's cameras for about this long. */
const inViewMs = 9000

const paints = [
  [212, 8, 90],
  [215, 10, 22],
  [210, 6, 62],
  [214, 58, 36],
  [2, 60, 38],
  [32, 22, 44],
  [160, 22, 30],
] as const

/** The same plate is always the same car. */
export function carOf(plate: string, colour: PlateColour): Car {
  const random = createRandom(`car ${plate}`)
  const body: CarBody = colour === 'yellow' ? 'van' : random.pick(['sedan', 'sedan', 'suv', 'suv', 'van'] as const)
  return { plate, colour, body, paint: random.pick(paints) }
}

/** What can be seen where at the moment, and the pictures of it. */
export interface Sights {
  vehicle(device: ScenarioDevice, car: Car): Promise<Uint8Array>
  /** Without a `personId` it is somebody whom nobody knows. */
  person(device: ScenarioDevice, personId: string | undefined): Promise<Uint8Array>
  smokeAt(device: ScenarioDevice, density: number, forMs: number): void
  /** What a camera sees at a time. */
  snapshot(device: ScenarioDevice, at: number): Promise<Uint8Array>
}

const gateNameOf = (place: string) => place.replace(/[入出]口.*$/, '')
/** The building that a place is in, by its leading number. */
const buildingOf = (place: string) => String(Number.parseInt(place, 10))

export function createSights({ name, timeZone }: Pick<ScenarioCompound, 'name' | 'timeZone'>): Sights {
  const cars = new Map<string, { car: Car; until: number }>()
  const smoke = new Map<string, { density: number; until: number }>()
  const shotOf = (device: ScenarioDevice, at: number): Shot => ({ cameraName: `${name} ${device.place}`, at, timeZone })
  const take = (scene: Scene, device: ScenarioDevice, at: number) => photograph(scene, shotOf(device, at), device.place)

  function sceneAt(device: ScenarioDevice, at: number): Scene {
    const { place, view, name: cameraName } = device
    if (view === 'courtyard' || view === undefined) return courtyardScene({ cameraName, at })
    if (view === 'corridor') {
      const seen = smoke.get(buildingOf(place))
      return corridorScene(seen && seen.until > Date.now() ? seen.density : 0)
    }
    const seen = cars.get(place)
    return laneScene({ gateName: gateNameOf(place), ...(seen && seen.until > Date.now() && { car: seen.car }) })
  }

  return {
    vehicle(device, car) {
      const at = Date.now()
      cars.set(device.place, { car, until: at + inViewMs })
      return take(laneScene({ gateName: gateNameOf(device.place), car }), device, at)
    },
    person(device, personId) {
      const at = Date.now()
      const pose = `${personId ?? 'stranger'} ${at}`
      const look = personId === undefined ? hideFace(drawLook(createRandom(pose))) : drawLook(createRandom(personId))
      return take(gateScene({ look, isKnown: personId !== undefined, pose }), device, at)
    },
    smokeAt({ place }, density, forMs) {
      smoke.set(buildingOf(place), { density, until: Date.now() + forMs })
    },
    snapshot: (device, at) => take(sceneAt(device, at), device, at),
  }
}
