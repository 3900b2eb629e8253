import { join } from 'node:path'
import type { AreaEventRecord } from '@gatehouse/platform/contract'
import type { BarrierEvent } from '@gatehouse/gateway/protocol'
import { openSqliteStore } from '../../../gateway/src/adapters/sqlite-store/sqlite-store.ts'
import { drivers } from '../../../gateway/src/drivers/index.ts'
import { createEdge, type Edge } from '../../../gateway/src/edge.ts'
import { fakeLink, silentLogger } from '../../../gateway/test/fakes.ts'
import type { LotPort, Payment } from '../../src/street-week/lot-play.ts'

/** The centre as a lot needs it. `now` is the true time at the lot. */
export interface LotCentre {
  /** Answers up to where it has stored everything. */
  take(lotId: string, now: number, records: readonly AreaEventRecord[]): Promise<number>
  /** What a gateway with these revisions does not have yet. */
  missing(lotId: string, now: number, known: Readonly<Record<string, number>>): Promise<readonly Desired[]>
  pay(lotId: string, now: number, payment: Payment): Promise<void>
}

interface Desired {
  readonly area: string
  readonly revision: number
  readonly body: unknown
}

interface Lot {
  readonly lotId: string
  readonly folder: string
  readonly centre: LotCentre
  readonly from: number
}

const batchSize = 500

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
  let store = await openSqliteStore(path, silentLogger)
  let edge: Edge = edgeOn(store, fake, { now: () => time.now })
  let [seq, shipped, commands] = [0, 0, 0]

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

  async function catchUp(now: number) {
    for (const { area, revision, body } of await centre.missing(lotId, now, edge.desired.revisions()))
      await edge.desired.apply(area, revision, body)
  }

  async function tellAll(now: number) {
    for (;;) {
      const records = await store.outbox.after(shipped, batchSize)
      if (records.length === 0) return
      shipped = await centre.take(lotId, now, records)
      await store.outbox.acknowledge(shipped)
    }
  }

  await begin()
  await catchUp(from)
  await begin()

  const port: LotPort = {
    say: (now, laneId, event: BarrierEvent) => opens(now, () => say(laneId, 'event', event)),
    async report(now, laneId, deviceTime) {
      time.now = now
      const state = { arm: 'closed', loop: false, temperatureCelsius: 20 } as const
      await say(laneId, 'report', { at: deviceTime, seq: (seq += 1), ...state })
    },
    pay: (now, payment) =>
      opens(now, async () => {
        await tellAll(now)
        await centre.pay(lotId, now, payment)
        await catchUp(now)
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
      time.now = now
      await tellAll(now)
      await catchUp(now)
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
