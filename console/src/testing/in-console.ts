import type { Alert, Device, ServerEvents, User } from '@gatehouse/platform/contract'
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { shallowRef, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { realtimeKey, type Connection, type Realtime } from '../api/realtime'
import { createConsoleI18n } from '../i18n'
import { useSession } from '../stores/session'

/** A connection whose events and state the test decides. */
export function createTestRealtime() {
  const listeners = new Map<string, Set<(body: never) => void>>()
  const connectListeners = new Set<() => void>()
  const connection = shallowRef<Connection>('live')
  const lostAt = shallowRef<number>()
  const realtime: Realtime = {
    connection,
    lostAt,
    on(event, listener) {
      const known = listeners.get(event) ?? new Set()
      listeners.set(event, known.add(listener))
      return () => known.delete(listener)
    },
    onConnect(listener) {
      connectListeners.add(listener)
      return () => connectListeners.delete(listener)
    },
    start: () => undefined,
    stop: () => undefined,
  }
  return {
    realtime,
    push: <E extends keyof ServerEvents>(event: E, ...[body]: Parameters<ServerEvents[E]>) => {
      for (const listener of listeners.get(event) ?? []) listener(body as never)
    },
    listenerCount: () => [...listeners.values()].reduce((sum, known) => sum + known.size, 0),
    lose: (at: number) => {
      lostAt.value = at
      connection.value = 'lost'
    },
    reconnect: () => {
      lostAt.value = undefined
      connection.value = 'live'
      for (const listener of connectListeners) listener()
    },
  }
}

const guard: User = { username: 'guard', name: 'Guard', role: 'guard', scope: '' }
const pages = [
  'live',
  'alerts',
  'devices',
  'broadcast',
  'gateways',
  'account',
  'people',
  'approvals',
  'first-steps',
  'audit',
  'sign-in',
  'parking',
  'parking-desk',
  'parking-sessions',
]

interface MountOptions {
  readonly props?: Record<string, unknown>
  readonly user?: User
  readonly realtime?: ReturnType<typeof createTestRealtime>
}

/** Mounts a component as it lives in the console: signed in, with texts, routes and a connection. */
export function mountInConsole(component: Component, options: MountOptions = {}) {
  const { props = {}, user = guard, realtime = createTestRealtime() } = options
  const pinia = createPinia()
  setActivePinia(pinia)
  const nothing = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: nothing },
      ...pages.map((name) => ({ path: `/${name}`, name, component: nothing })),
      { path: '/alerts/:alertId', name: 'alert', component: nothing },
      { path: '/devices/:deviceId', name: 'device', component: nothing },
      { path: '/gateways/:gatewayId', name: 'gateway', component: nothing },
    ],
  })
  const wrapper = mount(component, {
    props,
    attachTo: document.body,
    global: {
      plugins: [pinia, router, createConsoleI18n(), { install: () => (useSession().user = user) }],
      provide: { [realtimeKey as symbol]: realtime.realtime },
    },
  })
  return { wrapper, router, ...realtime }
}

export const alertWith = (change: Partial<Alert>): Alert => ({
  id: 'a1',
  type: 'parking.entry-refused',
  severity: 'major',
  state: 'open',
  compoundId: 'garden',
  at: 1_800_000_000_000,
  receivedAt: 1_800_000_000_100,
  late: false,
  details: {},
  notes: [],
  ...change,
})

export const deviceWith = (change: Partial<Device>): Device => ({
  id: 'd1',
  compoundId: 'garden',
  kind: 'kind-of-tomorrow',
  name: 'North',
  place: 'North gate',
  online: true,
  capabilities: {},
  readings: {},
  ...change,
})
