import type { Scenario, ScenarioCompound, ScenarioDevice } from './scenario.ts'

/** Signs in to the simulated cameras. */
export const cameraUser = 'gatehouse'

export interface DesiredSources {
  readonly secretOf: (deviceId: string) => string
  /** Device service of a camera; other devices have none. */
  readonly addressOf: (deviceId: string) => string | undefined
}

function desiredDevice(device: ScenarioDevice, { secretOf, addressOf }: DesiredSources) {
  const { deviceId, kind, name, place, settings = {} } = device
  const address = addressOf(deviceId)
  return {
    deviceId,
    kind,
    name,
    place,
    secret: secretOf(deviceId),
    ...(address !== undefined && { address, username: cameraUser }),
    settings,
  }
}

/** What a gateway without a centre reads from `GATEHOUSE_DESIRED`: all that these compounds need. */
export function desiredFile(compounds: readonly ScenarioCompound[], sources: DesiredSources) {
  return {
    devices: {
      devices: compounds.flatMap(({ devices }) => devices.map((device) => desiredDevice(device, sources))),
    },
    parking: { permits: compounds.flatMap(({ permits }) => permits) },
    access: { people: compounds.flatMap(({ people }) => people) },
  }
}
export type DesiredFile = ReturnType<typeof desiredFile>

/** Only these compounds, and what happens in them. */
export function only(scenario: Scenario, compoundIds: readonly string[]): Scenario {
  const compounds = scenario.compounds.filter(({ compoundId }) => compoundIds.includes(compoundId))
  const here = new Set(compounds.flatMap(({ devices }) => devices.map(({ deviceId }) => deviceId)))
  return { ...scenario, compounds, happenings: scenario.happenings.filter(({ deviceId }) => here.has(deviceId)) }
}
