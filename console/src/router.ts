import { createRouter, createWebHistory, type Router } from 'vue-router'
import { onUnauthorised } from './api/http'
import { safeNext } from './features/identity/safe-next'
import AppShell from './shell/AppShell.vue'
import { useSession } from './stores/session'

const pages = {
  live: () => import('./features/live/LivePage.vue'),
  alerts: () => import('./features/alerts/AlertsPage.vue'),
  alert: () => import('./features/alerts/AlertPage.vue'),
  devices: () => import('./features/devices/DevicesPage.vue'),
  device: () => import('./features/devices/DevicePage.vue'),
  broadcast: () => import('./features/broadcast/BroadcastPage.vue'),
}

/** Once the first page is up: later ones must open at once, and also while the line is down. */
function fetchAhead() {
  for (const fetchPage of Object.values(pages)) void fetchPage().catch(() => undefined)
}
const fetchAheadMs = 2000

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      {
        path: '/sign-in',
        name: 'sign-in',
        component: () => import('./features/identity/SignInPage.vue'),
        meta: { isPublic: true },
      },
      {
        path: '/',
        component: AppShell,
        children: [
          { path: '', redirect: { name: 'live' } },
          { path: 'live', name: 'live', component: pages.live },
          { path: 'alerts', name: 'alerts', component: pages.alerts },
          {
            path: 'alerts/:alertId',
            name: 'alert',
            component: pages.alert,
            props: true,
          },
          { path: 'devices', name: 'devices', component: pages.devices },
          {
            path: 'devices/:deviceId',
            name: 'device',
            component: pages.device,
            props: true,
          },
          { path: 'broadcast', name: 'broadcast', component: pages.broadcast },
          { path: ':rest(.*)*', name: 'nowhere', component: () => import('./shell/NotFoundPage.vue') },
        ],
      },
    ],
  })

  router.beforeEach(async (to) => {
    const session = useSession()
    await session.known()
    if (!session.user && !to.meta['isPublic']) return { name: 'sign-in', query: { next: to.fullPath } }
    return session.user && to.name === 'sign-in' ? safeNext(to.query['next']) : true
  })
  const stopWaiting = router.afterEach((to) => {
    if (to.meta['isPublic']) return
    stopWaiting()
    setTimeout(fetchAhead, fetchAheadMs)
  })
  onUnauthorised(() => {
    useSession().end()
    const { name, fullPath } = router.currentRoute.value
    if (name !== undefined && name !== 'sign-in') void router.replace({ name: 'sign-in', query: { next: fullPath } })
  })
  return router
}
