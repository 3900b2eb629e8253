import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRandom } from '../core/seeded-random.ts'
import { loadScenario } from '../scenarios/load-scenario.ts'
import type { ScenarioCompound } from '../scenarios/scenario.ts'
import { deriveSecret } from '../scenarios/secrets.ts'
import { startChild, type Child, type OnFailure } from './child.ts'
import { gatewayPlan, platformPlan, simulatorPlan, vitePlan } from './children.ts'
import { loadState, writeState, type DemoState } from './demo-state.ts'
import { startPhones } from './phones.ts'
import { createPlatformClient, type PlatformClient } from './platform-client.ts'
import { requireFreePorts, type PortUse } from './ports.ts'
import { provision, setPasswords, signIn } from './provision.ts'
import type { DemoSettings } from './settings.ts'

export interface Demo {
  readonly url: string
  readonly password: string
  readonly compoundName: string
  stop(): Promise<void>
}

export interface DemoOptions {
  readonly settings: DemoSettings
  readonly onStep: (step: string) => void
  readonly onFailure: OnFailure
  /** Ends a start that is still under way. */
  readonly signal: AbortSignal
}

const seed = '1'
/** The gateway before its devices: otherwise it would report each of them as lost. */
const stopOrder = ['vite', 'gateway', 'simulator', 'platform'] as const

const camerasOf = ({ devices }: ScenarioCompound) => devices.filter(({ kind }) => kind === 'camera')

function portUses({ ports, isDev }: DemoSettings, cameras: number): PortUse[] {
  return [
    { port: ports.http, what: 'console and API (GATEHOUSE_HTTP_PORT)' },
    { port: ports.uplink, what: 'uplink of gateways (GATEHOUSE_UPLINK_PORT)' },
    { port: ports.mqtt, what: 'MQTT of devices (GATEHOUSE_MQTT_PORT)' },
    { port: ports.gatewayHttp, what: 'HTTP of the gateway (GATEHOUSE_GATEWAY_HTTP_PORT)' },
    ...Array.from({ length: cameras }, (_, index) => ({
      port: ports.camera + index,
      what: `simulated camera ${index + 1} (GATEHOUSE_DEMO_CAMERA_PORT is the first)`,
    })),
    ...(isDev ? [{ port: ports.vite, what: 'console under development' }] : []),
  ]
}

interface Setup {
  readonly settings: DemoSettings
  readonly compound: ScenarioCompound
  readonly stateFile: string
  readonly state: DemoState
}

const clientOf = ({ ports }: DemoSettings) => createPlatformClient(`http://127.0.0.1:${ports.http}`)
const exitsOf = ({ devices }: ScenarioCompound) =>
  devices.filter(({ settings }) => settings?.['direction'] === 'out').map(({ deviceId }) => deviceId)

/** Sets up what is missing; a second start finds everything and leaves alone what people changed. */
async function setUp(client: PlatformClient, { settings, compound, stateFile, state }: Setup): Promise<DemoState> {
  const password = settings.password ?? state.password
  const present = await signIn(client, [state.password, password])
  const addresses = new Map(
    camerasOf(compound).map(({ deviceId }, index) => [
      deviceId,
      `http://127.0.0.1:${settings.ports.camera + index}/onvif/device_service`,
    ]),
  )
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([compound, [...addresses]]))
    .digest('hex')
  const next: DemoState = { ...state, password }
  if (state.provisioned !== fingerprint || state.gatewaySecret === undefined) {
    next.gatewaySecret = await provision({
      client,
      compound,
      secretOf: (deviceId) => deriveSecret(state.secretSeed, deviceId),
      addressOf: (deviceId) => addresses.get(deviceId),
      gatewaySecret: state.gatewaySecret,
    })
  }
  if (state.provisioned === undefined || password !== state.password)
    await setPasswords(client, compound.path, { present, wanted: password })
  next.provisioned = fingerprint
  await writeState(stateFile, next)
  return next
}

async function writeSecrets(path: string, compound: ScenarioCompound, secretSeed: string) {
  const secrets = Object.fromEntries(
    compound.devices.map(({ deviceId }) => [deviceId, deriveSecret(secretSeed, deviceId)]),
  )
  await writeFile(path, `${JSON.stringify(secrets)}\n`, { mode: 0o600 })
}

/** Starts platform, gateway and simulator, sets up the compound, and keeps all running until `stop`. */
export async function startDemo({ settings, onStep, onFailure, signal }: DemoOptions): Promise<Demo> {
  const scenario = await loadScenario({ name: 'compound', seed, scale: 1 })
  const [compound] = scenario.compounds
  if (!compound) throw new Error('The demo scenario has no compound')
  await requireFreePorts(portUses(settings, camerasOf(compound).length))
  await mkdir(settings.data, { recursive: true })
  const stateFile = join(settings.data, 'demo.json')
  const secretsFile = join(settings.data, 'demo-secrets.json')
  const state = await loadState(stateFile, settings.password)
  await writeSecrets(secretsFile, compound, state.secretSeed)

  const children: Child[] = []
  const ending = new AbortController()
  const stop = async () => {
    ending.abort()
    for (const name of stopOrder) await children.find((child) => child.name === name)?.stop()
  }
  try {
    onStep('starting the platform')
    children.push(await startChild(platformPlan(settings, state.password), onFailure, signal))
    onStep('setting up the compound')
    const admin = clientOf(settings)
    const { password, gatewaySecret = '' } = await setUp(admin, { settings, compound, stateFile, state })
    onStep('starting the gateway')
    const gateway = { id: compound.gatewayId, secret: gatewaySecret }
    children.push(await startChild(gatewayPlan(settings, gateway), onFailure, signal))
    onStep('starting the simulated devices')
    children.push(await startChild(simulatorPlan(settings, secretsFile), onFailure, signal))
    const random = createRandom(seed).fork('phones')
    await startPhones({ admin, visitor: clientOf(settings), laneIds: exitsOf(compound), random, signal: ending.signal })
    if (settings.isDev) children.push(await startChild(vitePlan(settings), onFailure, signal))
    const url = `http://127.0.0.1:${settings.isDev ? settings.ports.vite : settings.ports.http}`
    return { url, password, compoundName: compound.name, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
