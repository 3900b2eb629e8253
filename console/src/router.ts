import { createRouter, createWebHistory, type Router } from 'vue-router'
import { onUnauthorised } from './api/http'
import { safeNext } from './features/identity/safe-next'
import AppShell from './shell/AppShell.vue'
import { useSession } from './stores/session'

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
          { path: 'live', name: 'live', component: () => import('./features/live/LivePage.vue') },
          { path: 'alerts', name: 'alerts', component: () => import('./features/alerts/AlertsPage.vue') },
          {
            path: 'alerts/:alertId',
            name: 'alert',
            component: () => import('./features/alerts/AlertPage.vue'),
            props: true,
          },
          { path: 'devices', name: 'devices', component: () => import('./features/devices/DevicesPage.vue') },
          {
            path: 'devices/:deviceId',
            name: 'device',
            component: () => import('./features/devices/DevicePage.vue'),
            props: true,
          },
          { path: 'broadcast', name: 'broadcast', component: () => import('./features/broadcast/BroadcastPage.vue') },
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
  onUnauthorised(() => {
    useSession().end()
    const { name, fullPath } = router.currentRoute.value
    if (name !== undefined && name !== 'sign-in') void router.replace({ name: 'sign-in', query: { next: fullPath } })
  })
  return router
}
