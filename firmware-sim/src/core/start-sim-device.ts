import type { CommandResult } from '@gatehouse/gateway/protocol'
import { openLink } from './device-link.ts'
import type { DeviceTls } from './device-tls.ts'
import { createFaults, type Faults } from './faults.ts'
import type { Logger } from './logger.ts'
import type { Random } from './seeded-random.ts'
import type { SimDevice } from './sim-device.ts'
import { nativeSpeech } from './speech.ts'
import { createTwin } from './twin.ts'

const reportEveryMs = 30_000

export interface SimDeviceOptions {
  readonly deviceId: string
  readonly secret: string
  /** `mqtt://host:port` of the gateway, or `mqtts://host:port` with `tls`. */
  readonly broker: string
  readonly tls?: DeviceTls | undefined
  readonly random: Random
  readonly logger: Logger
  /** 1 (the default) is real time; 10 makes every delay ten times shorter. */
  readonly pace?: number
}

/** A device that is running. `X` is what the world can do to it. */
export interface RunningDevice<X> {
  readonly deviceId: string
  readonly faults: Faults
  stimulate(stimulus: X): void
  isConnected(): boolean
  stop(): Promise<void>
}

/** The first report comes at a random moment of the period: hundreds of devices do not speak in chorus. */
function reportRegularly(report: () => void, random: Random, periodMs: number) {
  let timer: NodeJS.Timeout
  const wait = (delayMs: number) => {
    timer = setTimeout(() => {
      report()
      wait(periodMs)
    }, delayMs)
  }
  wait(random.between(0.1, 1) * periodMs)
  return () => clearTimeout(timer)
}

/** Connects a simulated device to its gateway and keeps it running until `stop`. */
export function startSimDevice<S extends object, R extends object, E extends object, C, X>(
  device: SimDevice<S, R, E, C, X>,
  { deviceId, secret, broker, tls, random, logger, pace = 1 }: SimDeviceOptions,
): RunningDevice<X> {
  const faults = createFaults()
  const answers = new Set<NodeJS.Timeout>()
  const twin = createTwin(device, {
    random,
    faults,
    pace,
    now: () => Date.now() + faults.clockOffsetMs,
    report: (report) => link.report(report),
    event: (event) => link.event(event),
  })
  const answer = (result: CommandResult) => {
    const timer = setTimeout(() => {
      answers.delete(timer)
      link.result(result)
    }, faults.answerDelayMs)
    answers.add(timer)
  }
  const link = openLink({
    deviceId,
    secret,
    broker,
    tls,
    pace,
    speech: (device.speech ?? nativeSpeech)(deviceId),
    random: random.fork('network'),
    faults,
    logger,
    onConnected: () => twin.tick(),
    onCommand(message) {
      const result = twin.command(message)
      if (result) answer(result)
    },
  })

  const stopReporting = reportRegularly(() => twin.tick(), random, reportEveryMs / pace)

  return {
    deviceId,
    faults,
    stimulate: (stimulus) => twin.stimulate(stimulus),
    isConnected: () => link.isConnected(),
    async stop() {
      stopReporting()
      answers.forEach((timer) => clearTimeout(timer))
      twin.stop()
      await link.close()
    },
  }
}
