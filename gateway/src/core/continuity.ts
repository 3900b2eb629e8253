import type { DeviceContinuityReport } from '@gatehouse/platform/contract'
import type { Change, Clock, Logger, StateStore } from './ports.ts'
import { becomeUnsure, newSequence, take, toReport, type Sequence } from './sequence.ts'

interface ContinuityOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly clock: Clock
  readonly logger: Logger
}

/** What is remembered of one device's messages; JSON. */
interface DeviceMemory {
  lastMessageAt: number
  reports?: Sequence
  events?: Sequence
}

const stateArea = 'continuity'
/** There only while the gateway is stopped in order: then nothing was taken after what is remembered. No device id. */
const cleanKey = '*'
/** Flash wears out with writing; what a crash makes us forget is told as unknown. */
const saveEveryMs = 5 * 60_000
const devicesPerCommit = 200

type StateEntry = NonNullable<Change['state']>[number]
const cleanMark = (value: true | undefined): StateEntry => ({ area: stateArea, key: cleanKey, value })

async function loadMemories(store: ContinuityOptions['store']): Promise<ReadonlyMap<string, DeviceMemory>> {
  const entries = new Map(await store.entries(stateArea)) as Map<string, DeviceMemory>
  const wasStoppedInOrder = entries.delete(cleanKey)
  if (wasStoppedInOrder) await store.commit({ state: [cleanMark(undefined)] })
  else for (const { reports, events } of entries.values()) [reports, events].forEach((one) => one && becomeUnsure(one))
  return entries
}

function reportOf(deviceId: string, memory: DeviceMemory): DeviceContinuityReport {
  const { lastMessageAt, reports, events } = memory
  return {
    ...{ deviceId, lastMessageAt },
    ...(reports && { reports: toReport(reports) }),
    ...(events && { events: toReport(events) }),
  }
}

/** Follows the numbers of every device's messages: what is missing was lost before it reached the gateway. */
export function createContinuity({ store, clock, logger }: ContinuityOptions) {
  const devices = new Map<string, DeviceMemory>()
  const unsaved = new Set<string>()

  function heard(deviceId: string, stream: 'reports' | 'events', { seq, at }: { seq?: number; at: number }) {
    const now = clock.now()
    const memory = devices.get(deviceId) ?? { lastMessageAt: now }
    devices.set(deviceId, memory)
    memory.lastMessageAt = now
    unsaved.add(deviceId)
    if (seq === undefined) return
    const sequence = memory[stream]
    if (sequence) take(sequence, { seq, at }, now)
    else memory[stream] = newSequence({ seq, at }, now)
  }

  const entryOf = (deviceId: string): StateEntry => ({ area: stateArea, key: deviceId, value: devices.get(deviceId) })

  async function save(last: readonly StateEntry[] = []) {
    const entries = [...Array.from(unsaved, entryOf), ...last]
    unsaved.clear()
    try {
      for (let from = 0; from < entries.length; from += devicesPerCommit)
        await store.commit({ state: entries.slice(from, from + devicesPerCommit) })
    } catch (error) {
      logger.warn({ err: error }, 'the count of messages could not be kept')
    }
  }
  const timer = setInterval(() => void save(), saveEveryMs)

  return {
    /** What must be known before the first message. */
    async load() {
      for (const [deviceId, memory] of await loadMemories(store)) devices.set(deviceId, memory)
    },
    /** A message of a device is on disk, and is about to be acknowledged. */
    heard,
    removed(deviceId: string) {
      if (devices.delete(deviceId)) unsaved.add(deviceId)
    },
    deviceIds: () => devices.keys(),
    count: () => devices.size,
    reportOf(deviceId: string): DeviceContinuityReport | undefined {
      const memory = devices.get(deviceId)
      return memory && reportOf(deviceId, memory)
    },
    /** Sums over all devices and streams, for whoever measures. */
    totals() {
      const all = [...devices.values()].flatMap(({ reports, events }) => [reports ?? [], events ?? []].flat())
      const sum = (figure: 'missing' | 'gaps') => all.reduce((total, sequence) => total + sequence[figure], 0)
      return { missing: sum('missing'), gaps: sum('gaps') }
    },
    /** Writes down where each device stands; nothing may be heard any more. */
    async close() {
      clearInterval(timer)
      await save([cleanMark(true)])
    },
  }
}

export type Continuity = ReturnType<typeof createContinuity>
