import type { AreaEventBody, NewAreaEvent } from '@gatehouse/platform/contract'
import type { Clock, Logger, StateStore } from './ports.ts'

type Reason = AreaEventBody<'devices.online-changed'>['reason']

interface PresenceOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly clock: Clock
  readonly logger: Logger
  readonly silentAfterMs: number
}

interface State {
  online: boolean
  heardAt: number
}

const stateArea = 'presence'

/**
 * Who is there. Tells each change once, and remembers it: after a restart of the gateway a device that comes back
 * within the silence limit was never away.
 */
export function createPresence({ store, clock, logger, silentAfterMs }: PresenceOptions) {
  const states = new Map<string, State>()
  // A clock that is set must make nobody silent, and hide nobody who is.
  const uptime = () => clock.uptime?.() ?? clock.now()

  function stateOf(deviceId: string): State {
    let state = states.get(deviceId)
    if (!state) states.set(deviceId, (state = { online: false, heardAt: 0 }))
    return state
  }

  function remember(deviceId: string, value: boolean | undefined, events: readonly NewAreaEvent[] = []) {
    store
      .commit({ state: [{ area: stateArea, key: deviceId, value }], events })
      .catch((error: unknown) => logger.error({ error, deviceId }, 'online state not stored'))
  }

  function change(deviceId: string, online: boolean, reason: Reason) {
    const state = stateOf(deviceId)
    if (state.online === online) return
    state.online = online
    const at = clock.now()
    if (online) logger.info({ deviceId }, 'device online')
    else logger.warn({ deviceId, reason }, 'device offline')
    remember(deviceId, online, [{ type: 'devices.online-changed', at, deviceId, body: { online, reason } }])
  }

  return {
    async load() {
      const now = uptime()
      for (const [deviceId, online] of await store.entries(stateArea)) {
        states.set(deviceId, { online: online === true, heardAt: now })
      }
    },
    isOnline: (deviceId: string) => states.get(deviceId)?.online === true,
    onlineCount: () => Array.from(states.values()).filter(({ online }) => online).length,
    /** A sign of life. */
    heard(deviceId: string) {
      const state = stateOf(deviceId)
      state.heardAt = uptime()
      if (!state.online) change(deviceId, true, 'connected')
    },
    /** A device that we call ourselves answers. */
    reached: (deviceId: string) => change(deviceId, true, 'connected'),
    /** A device that we call ourselves does not answer. */
    unreachable: (deviceId: string) => change(deviceId, false, 'unreachable'),
    gone: (deviceId: string, reason: 'last-will' | 'disconnected') => change(deviceId, false, reason),
    removed(deviceId: string) {
      change(deviceId, false, 'removed')
      if (states.delete(deviceId)) remember(deviceId, undefined)
    },
    /** Looks for devices that have gone silent; `calls` tells the ones that never speak by themselves. */
    sweep(calls: (deviceId: string) => boolean) {
      const limit = uptime() - silentAfterMs
      for (const [deviceId, state] of states) {
        if (state.online && state.heardAt < limit && !calls(deviceId)) change(deviceId, false, 'silent')
      }
    },
  }
}

export type Presence = ReturnType<typeof createPresence>
