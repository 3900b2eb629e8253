import { headroomOf, withSample, type RoomSample } from '@gatehouse/platform/domain'
import type { DiskReport, GatewayContinuityReport } from '@gatehouse/platform/contract'
import { freeBytesAt } from './adapters/disk-space.ts'
import type { FolderMediaStore } from './adapters/media/media-store.ts'
import type { GatewayConfig } from './config.ts'
import { startDiskRoom, type DiskRoom } from './core/disk-room.ts'
import { HeldChanges } from './core/held-changes.ts'
import { limitOutbox } from './core/outbox-limit.ts'
import type { PictureQueue } from './core/picture-journal.ts'
import type { Clock, Logger, SpoolRoom, StateStore, TelemetrySpool } from './core/ports.ts'
import { startStorageWatch } from './core/storage-watch.ts'
import { startTelemetryLoss } from './core/telemetry-loss.ts'

type OnClose = (closer: () => unknown) => void

interface Kept {
  readonly store: StateStore
  readonly spool: TelemetrySpool & SpoolRoom
  readonly media: FolderMediaStore
  readonly queue: PictureQueue | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** Until the room keeper is there nothing can be given up: the first changes are written while everything opens. */
export function createHolding(inner: StateStore, logger: Logger) {
  let room: DiskRoom | undefined
  const store = new HeldChanges({ store: inner, logger, makeRoom: async () => (await room?.makeRoom()) ?? false })
  return { store, use: (next: DiskRoom) => (room = next) }
}
export type Holding = ReturnType<typeof createHolding>

const sampleEveryMs = 60_000

/** How much room there is, and where that leads. */
async function watchHeadroom(freeBytes: () => Promise<number>, clock: Clock) {
  let samples: readonly RoomSample[] = []
  const sample = async () => {
    samples = withSample(samples, { at: clock.now(), freeBytes: await freeBytes() })
  }
  const quietly = () => sample().catch(() => undefined) // whoever asks for the figures hears of it
  await quietly()
  const timer = setInterval(() => void quietly(), sampleEveryMs)
  return { of: () => headroomOf(samples), close: () => clearInterval(timer) }
}

function keepRoom(config: GatewayConfig, { spool, media, queue, logger }: Kept, freeBytes: () => Promise<number>) {
  return startDiskRoom({
    ...{ freeBytes, spool, logger },
    reserveBytes: config.GATEHOUSE_RESERVE_BYTES,
    // What the platform waits for stays until it has it.
    releasePictures: async (wantedBytes) =>
      media.release(wantedBytes, new Set((await queue?.pending())?.map(({ sha256 }) => sha256))),
  })
}

/** Whoever keeps the disk from filling up, tells that it does, and knows how full everything is. */
export async function startRetention(config: GatewayConfig, parts: Kept & { holding: Holding }, onClose: OnClose) {
  const { GATEHOUSE_OUTBOX_RECORDS: records, GATEHOUSE_UPLINK_URL: uplink, GATEHOUSE_DATA: folder } = config
  const { store, spool, media, holding, clock, logger } = parts
  const freeBytes = () => freeBytesAt(folder)
  // What a platform will fetch is never dropped.
  const limit = uplink === undefined ? limitOutbox({ outbox: store.outbox, records, logger }) : undefined
  onClose(() => limit?.close())
  const outboxDropped = () => limit?.dropped() ?? 0
  const loss = await startTelemetryLoss({ store, clock, logger })
  onClose(() => loss.close())
  onClose(spool.onDropped(loss.note))
  const room = keepRoom(config, parts, freeBytes)
  onClose(() => room.close())
  holding.use(room)
  await room.look()
  const dropped = () => outboxDropped() + spool.status().dropped
  const storage = await startStorageWatch({ freeBytes, dropped, store, clock, logger })
  onClose(() => storage.close())
  const headroom = await watchHeadroom(freeBytes, clock)
  onClose(() => headroom.close())
  const diskState = (): DiskReport['state'] => (holding.store.status().isFull ? 'full' : storage.isLow() ? 'low' : 'ok')

  async function figures(devices: number): Promise<GatewayContinuityReport> {
    const { lastSeq, backlog } = await store.outbox.status()
    const [outboxOldest, spoolOldest] = await Promise.all([store.outbox.oldestAt(), spool.oldestAt()])
    const { backlogBytes, bytes, capacityBytes } = spool.status()
    const { dropped: lost, from, to } = loss.totals()
    return {
      outbox: { lastSeq, backlog, ...(outboxOldest !== undefined && { oldestAt: outboxOldest }) },
      telemetry: {
        ...{ waitingBytes: backlogBytes, bytes, capacityBytes, dropped: lost },
        ...(spoolOldest !== undefined && { oldestAt: spoolOldest }),
        ...(from !== undefined && to !== undefined && { droppedFrom: from, droppedTo: to }),
      },
      pictures: media.status(),
      disk: { freeBytes: await freeBytes(), ...headroom.of(), state: diskState() },
      memoryBytes: process.memoryUsage.rss(),
      devices,
    }
  }

  return { diskState, outboxDropped, freeBytes, figures, loss, held: () => holding.store.status().held }
}

export type Retention = Awaited<ReturnType<typeof startRetention>>
