import type { DeviceTls } from '../core/device-tls.ts'
import type { Logger } from '../core/logger.ts'
import type { Random } from '../core/seeded-random.ts'
import { startSimDevice, type RunningDevice, type SimDeviceOptions } from '../core/start-sim-device.ts'
import type { BarrierStimulus } from '../devices/barrier.device.ts'
import type { FaceGateStimulus } from '../devices/face-gate.device.ts'
import { simDevices } from '../devices/index.ts'
import type { SmokeStimulus } from '../devices/smoke.device.ts'
import type { Scenario, ScenarioCompound } from './scenario.ts'

/** Where the gateway of a compound listens. */
export interface GatewayAddress {
  /** `mqtt://host:port`, `mqtts://host:port` */
  readonly broker: string
  /** `http://host:port`, `https://host:port` */
  readonly http: string
}

export interface FleetOptions {
  readonly scenario: Scenario
  readonly random: Random
  readonly logger: Logger
  readonly gatewayOf: (compound: ScenarioCompound) => GatewayAddress
  readonly secretOf: (deviceId: string) => string
  /** What each device needs where the gateway listens with TLS. */
  readonly tlsOf?: ((deviceId: string) => DeviceTls) | undefined
}

/** Every device that speaks MQTT, running. */
export interface Fleet {
  readonly barriers: ReadonlyMap<string, RunningDevice<BarrierStimulus>>
  readonly faceGates: ReadonlyMap<string, RunningDevice<FaceGateStimulus>>
  readonly smokes: ReadonlyMap<string, RunningDevice<SmokeStimulus>>
  readonly all: ReadonlyMap<string, RunningDevice<never>>
  close(): Promise<void>
}

export function startFleet({ scenario, random, logger, gatewayOf, secretOf, tlsOf }: FleetOptions): Fleet {
  const barriers = new Map<string, RunningDevice<BarrierStimulus>>()
  const faceGates = new Map<string, RunningDevice<FaceGateStimulus>>()
  const smokes = new Map<string, RunningDevice<SmokeStimulus>>()
  const speakers = new Map<string, RunningDevice<never>>()
  const start = {
    barrier: (options: SimDeviceOptions) => barriers.set(options.deviceId, startSimDevice(simDevices.barrier, options)),
    'face-gate': (options: SimDeviceOptions) =>
      faceGates.set(options.deviceId, startSimDevice(simDevices['face-gate'], options)),
    smoke: (options: SimDeviceOptions) => smokes.set(options.deviceId, startSimDevice(simDevices.smoke, options)),
    'vzenith-camera': (options: SimDeviceOptions) =>
      barriers.set(options.deviceId, startSimDevice(simDevices['vzenith-camera'], options)),
    speaker: (options: SimDeviceOptions) => speakers.set(options.deviceId, startSimDevice(simDevices.speaker, options)),
  }
  for (const compound of scenario.compounds) {
    const { broker } = gatewayOf(compound)
    for (const { deviceId, kind } of compound.devices) {
      if (kind === 'camera') continue
      const credentials = { secret: secretOf(deviceId), tls: tlsOf?.(deviceId) }
      start[kind]({ deviceId, ...credentials, broker, random: random.fork(deviceId), logger })
    }
  }
  const all = new Map<string, RunningDevice<never>>([...barriers, ...faceGates, ...smokes, ...speakers])
  return {
    barriers,
    faceGates,
    smokes,
    all,
    async close() {
      await Promise.all([...all.values()].map((device) => device.stop()))
    },
  }
}
