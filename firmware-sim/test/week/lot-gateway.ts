import { join } from 'node:path'
import type { AreaEventRecord, DesiredDevice, ParkingCredit } from '@gatehouse/platform/contract'
import type { BarrierEvent } from '@gatehouse/gateway/protocol'
import { openSqliteStore } from '../../../gateway/src/adapters/sqlite-store/sqlite-store.ts'
import { drivers } from '../../../gateway/src/drivers/index.ts'
import { createEdge, type Edge } from '../../../gateway/src/edge.ts'
import { fakeLink, silentLogger } from '../../../gateway/test/fakes.ts'
import type { LotPort } from '../../src/street-week/lot-play.ts'

/** The centre as a lot needs it. */
export interface LotCentre {
  /** Answers up to where it has stored everything. */
  take(lotId: string, records: readonly AreaEventRecord[]): Promise<number>
  parkingOf(lotId: string): Promise<object>
  setTime(now: number): void
}

interface Lot {
  readonly lotId: string
  readonly folder: string
  readonly centre: LotCentre
  readonly from: number
}

const batchSize = 500

const laneDevice = (deviceId: string, direction: 'in' | 'out'): DesiredDevice => ({
  ...{ deviceId, kind: 'barrier', name: deviceId, place: 'gate', secret: 'barrier-secret', settings: { direction } },
})

const never = () => Promise.reject(new Error('there are no cameras'))

function edgeOn(
  store: Awaited<ReturnType<typeof openSqliteStore>>,
  fake: ReturnType<typeof fakeLink>,
  clock: { now: () => number },
) {
  return createEdge({
    ...{ drivers, store, clock, logger: silentLogger, link: fake.link, onvifConnect: never },
    spool: { append: () => Promise.resolve() },
    media: { put: () => Promise.resolve('0'.repeat(64)) },
    platform: { sendReadings: () => undefined },
    isSecretOf: () => true,
    secrets: { seal: (secret) => secret, open: (sealed) => sealed },
    onAuthority: () => undefined,
    onLaneDecided: () => undefined,
    silentAfterMs: 86_400_000,
  })
}

/** Orders follow a decision at once, but not in the same turn of the event loop. */
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

/**
 * The gateway's own code on its own store on disk, in this process: a week of real time would take a week, and
 * processes whose clock runs a thousand times as fast would race against their own limits of time. Here time stands
 * still while a message is being dealt with.
 */
export async function startLotGateway({ lotId, folder, centre, from }: Lot) {
  const path = join(folder, `${lotId}.db`)
  const time = { now: from }
  const lanes = [`${lotId}-in`, `${lotId}-out`] as const
  const fake = fakeLink()
  const credits: ParkingCredit[] = []
  let store = await openSqliteStore(path, silentLogger)
  let edge: Edge = edgeOn(store, fake, { now: () => time.now })
  let [seq, revision, shipped, commands] = [0, 1, 0, 0]

  async function begin() {
    fake.onSettle((deviceId, result) => void say(deviceId, 'result', result))
    await edge.loadDevices()
    await edge.loadAreas()
    for (const laneId of lanes) {
      fake.connected.add(laneId)
      edge.hub.connected(laneId)
    }
  }

  const say = (deviceId: string, channel: 'event' | 'report' | 'result', message: object) =>
    edge.hub.accept(deviceId, channel, new TextEncoder().encode(JSON.stringify(message)))

  /** Whether an arm opens upon what is done. */
  async function opens(now: number, act: () => Promise<unknown>): Promise<boolean> {
    time.now = now
    fake.sent.length = 0
    await act()
    await settled()
    return fake.sent.some(({ op }) => op === 'open')
  }

  await begin()
  await edge.desired.apply('devices', 1, { devices: [laneDevice(lanes[0], 'in'), laneDevice(lanes[1], 'out')] })
  await edge.desired.apply('parking', 1, await centre.parkingOf(lotId))
  await begin()

  const port: LotPort = {
    say: (now, laneId, event: BarrierEvent) => opens(now, () => say(laneId, 'event', event)),
    async report(now, laneId, deviceTime) {
      time.now = now
      const state = { arm: 'closed', loop: false, temperatureCelsius: 20 } as const
      await say(laneId, 'report', { at: deviceTime, seq: (seq += 1), ...state })
    },
    pay: (now, { creditId, sessionId, fen, at }) =>
      opens(now, () => {
        credits.push({ creditId, sessionId, kind: 'payment', fen, at, coversUntil: at })
        if (credits.length > 300) credits.splice(0, 150)
        return edge.desired.apply('payments', (revision += 1), { credits: [...credits] })
      }),
    async raise(now, { laneId, plate, sessionId, waivedFen }) {
      time.now = now
      const commandId = `raise-${(commands += 1)}`
      const order = { type: 'raise-lane', commandId, laneId, plate, waivedFen, expiresAt: now + 15_000 } as const
      await edge.parking.raise({ ...order, ...(sessionId !== undefined && { sessionId }) })
    },
    tick: (now) => opens(now, () => edge.parking.tick()),
    async restart(now) {
      time.now = now
      // As after a kill: nothing that was only in memory is kept.
      await edge.stop()
      await store.close()
      store = await openSqliteStore(path, silentLogger)
      edge = edgeOn(store, fake, { now: () => time.now })
      await begin()
    },
    async ship(now) {
      centre.setTime(now)
      for (;;) {
        const records = await store.outbox.after(shipped, batchSize)
        if (records.length === 0) return
        shipped = await centre.take(lotId, records)
        await store.outbox.acknowledge(shipped)
      }
    },
    occupancy: () => edge.parking.occupancy(),
  }
  return {
    port,
    async close() {
      await edge.stop()
      await edge.close()
      await store.close()
    },
  }
}
