import type { ServerEvents } from '@gatehouse/platform/contract'
import { io, type Socket } from 'socket.io-client'
import { inject, readonly, shallowRef, type InjectionKey, type Ref } from 'vue'

export type Connection = 'connecting' | 'live' | 'lost'

export interface Realtime {
  readonly connection: Readonly<Ref<Connection>>
  /** Since when nothing has come in; UTC ms. */
  readonly lostAt: Readonly<Ref<number | undefined>>
  on<E extends keyof ServerEvents>(event: E, listener: ServerEvents[E]): () => void
  /** After every connect: what happened in between was not heard, so reload what is shown. */
  onConnect(listener: () => void): () => void
  start(): void
  stop(): void
}

/** The server refused or closed the connection on purpose; socket.io does not come back by itself then. */
const refusedRetryMs = 5000

/** The one connection to the platform's events. `onRefused` is told when connecting fails: the session may have ended. */
export function createRealtime(onRefused: () => void): Realtime {
  const socket: Socket<ServerEvents> = io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelayMax: refusedRetryMs,
  })
  // Its listener types resolve only for a fixed event name, not for a generic one.
  const untyped = socket as unknown as Record<'on' | 'off', (event: string, listener: unknown) => void>
  const connection = shallowRef<Connection>('connecting')
  const lostAt = shallowRef<number>()
  const connectListeners = new Set<() => void>()
  let wanted = false

  function lose() {
    if (!wanted) return
    lostAt.value ??= Date.now()
    connection.value = 'lost'
    if (!socket.active) setTimeout(() => wanted && socket.connect(), refusedRetryMs)
  }
  socket.on('connect', () => {
    connection.value = 'live'
    lostAt.value = undefined
    for (const listener of connectListeners) listener()
  })
  socket.on('disconnect', lose)
  socket.on('connect_error', () => {
    lose()
    onRefused()
  })
  // The browser knows first: without this a pulled cable shows only after a missed heartbeat, up to ten seconds later.
  window.addEventListener('offline', () => socket.connected && socket.io.engine.close())
  window.addEventListener('online', () => wanted && !socket.connected && socket.disconnect().connect())

  return {
    connection: readonly(connection),
    lostAt: readonly(lostAt),
    on(event, listener) {
      untyped.on(event, listener)
      return () => untyped.off(event, listener)
    },
    onConnect(listener) {
      connectListeners.add(listener)
      return () => connectListeners.delete(listener)
    },
    start() {
      wanted = true
      socket.connect()
    },
    stop() {
      wanted = false
      socket.disconnect()
      connection.value = 'connecting'
      lostAt.value = undefined
    },
  }
}

export const realtimeKey: InjectionKey<Realtime> = Symbol('realtime')

export function useRealtime(): Realtime {
  const realtime = inject(realtimeKey)
  if (!realtime) throw new Error('No Realtime was provided')
  return realtime
}
