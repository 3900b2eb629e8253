import { expect, onTestFinished, vi } from 'vitest'
import type { PlateColour } from '@gatehouse/gateway/protocol'
import { createPictureUpload } from '../../src/core/media-uploader.ts'
import { createRandom } from '../../src/core/seeded-random.ts'
import type { ReportBody, SimDevice } from '../../src/core/sim-device.ts'
import { startSimDevice, type RunningDevice } from '../../src/core/start-sim-device.ts'
import { carOf, createSights } from '../../src/scenarios/sights.ts'
import { secretOf, type House } from './house.ts'

const quiet = { info: () => undefined, warn: () => undefined }

export interface Twin<R, X> extends Pick<RunningDevice<X>, 'deviceId' | 'faults' | 'stimulate'> {
  /** What it reported so far, read at the device itself: it counts with every server down, too. */
  reports(): readonly ReportBody<R>[]
  last(): ReportBody<R> | undefined
}

interface TwinOptions {
  readonly house: House
  readonly deviceId: string
  /** 10 makes every delay of the device ten times shorter. */
  readonly pace?: number
}

/** A simulated device at the gateway of a house, connected; it ends with the test. */
export async function startTwin<S extends object, R extends object, E extends object, C, X>(
  device: SimDevice<S, R, E, C, X>,
  { house, deviceId, pace = 1 }: TwinOptions,
): Promise<Twin<R, X>> {
  const reports: ReportBody<R>[] = []
  const watched: SimDevice<S, R, E, C, X> = {
    ...device,
    report(state) {
      const body = device.report(state)
      reports.push(body)
      return body
    },
  }
  const running = startSimDevice(watched, {
    deviceId,
    secret: secretOf(deviceId),
    broker: `mqtt://127.0.0.1:${house.mqttPort()}`,
    random: createRandom(deviceId),
    logger: quiet,
    pace,
  })
  onTestFinished(() => running.stop())
  await vi.waitFor(() => expect(running.isConnected(), `${deviceId} is connected`).toBe(true), { timeout: 10_000 })
  const { faults } = running
  return {
    deviceId,
    faults,
    stimulate: (stimulus) => running.stimulate(stimulus),
    reports: () => reports,
    last: () => reports.at(-1),
  }
}

interface CarOptions {
  readonly plate: string
  readonly colour?: PlateColour
  readonly patienceMs?: number
}

/** A car that comes to a lane, with the picture that the lane's camera takes of it and uploads. */
export function carAt(house: House, deviceId: string, { plate, colour = 'blue', patienceMs = 60_000 }: CarOptions) {
  const lane = { deviceId, kind: 'barrier', name: deviceId, place: deviceId } as const
  const sights = createSights({ name: 'Garden', timeZone: 'Asia/Shanghai' })
  const upload = createPictureUpload(quiet)
  const picture = sights.vehicle(lane, carOf(plate, colour))
  return {
    type: 'vehicle' as const,
    plate,
    colour,
    confidence: 97,
    patienceMs,
    picture: upload({
      deviceId,
      secret: secretOf(deviceId),
      gateway: `http://127.0.0.1:${house.gatewayHttpPort()}`,
      picture,
    }),
  }
}
