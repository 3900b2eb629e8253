import { createClockSkews } from './clock-skew.ts'
import type { Clock, Logger, StateStore } from './ports.ts'

interface ClockWatchOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Enough to spoil the order of events and the validity of commands; much more than NTP leaves. */
const driftMs = 30_000

const stateArea = 'clock-drift'

/** Measures device clocks and tells once when one is wrong, and again only after it was right in between. */
export function createClockWatch({ store, clock, logger }: ClockWatchOptions) {
  const skews = createClockSkews()
  const told = new Set<string>()

  function tell(deviceId: string, offsetMs: number) {
    told.add(deviceId)
    logger.warn({ deviceId, offsetMs }, 'device clock is wrong')
    remember(deviceId, true, [{ type: 'devices.clock-drift', at: clock.now(), deviceId, body: { offsetMs } }])
  }

  function remember(
    deviceId: string,
    value: true | undefined,
    events: Parameters<typeof store.commit>[0]['events'] = [],
  ) {
    store
      .commit({ state: [{ area: stateArea, key: deviceId, value }], events })
      .catch((error: unknown) => logger.error({ error, deviceId }, 'clock drift not stored'))
  }

  return {
    async load() {
      for (const deviceId of (await store.entries(stateArea)).keys()) told.add(deviceId)
    },
    /** Takes the time in a live report. */
    sample(deviceId: string, deviceTime: number) {
      skews.sample(deviceId, deviceTime, clock.now())
      const { offsetMs, sure } = skews.of(deviceId)
      if (!sure) return
      if (Math.abs(offsetMs) >= driftMs) {
        if (!told.has(deviceId)) tell(deviceId, offsetMs)
      } else if (told.delete(deviceId)) remember(deviceId, undefined)
    },
    /** What a session driver measured itself. */
    drifted(deviceId: string, offsetMs: number) {
      if (!told.has(deviceId)) tell(deviceId, offsetMs)
    },
    /** Device clock minus ours, ms. */
    offsetOf: (deviceId: string) => skews.of(deviceId).offsetMs,
    /** The same once enough reports agree, else `undefined`. */
    measuredOffsetOf: (deviceId: string): number | undefined => {
      const { offsetMs, sure } = skews.of(deviceId)
      return sure ? offsetMs : undefined
    },
    removed(deviceId: string) {
      skews.forget(deviceId)
      if (told.delete(deviceId)) remember(deviceId, undefined)
    },
  }
}

export type ClockWatch = ReturnType<typeof createClockWatch>
