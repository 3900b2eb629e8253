import { listApprovals, listUsers, type Endpoint } from '@gatehouse/platform/contract'
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type Router,
  type RouteRecordRaw,
} from 'vue-router'
import { onRestricted, onUnauthorised } from './api/http'
import { firstParkingPage, parkingPageNames, parkingPages } from './composables/parking-pages'
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
  account: () => import('./features/identity/AccountPage.vue'),
  people: () => import('./features/identity/PeoplePage.vue'),
  approvals: () => import('./features/identity/ApprovalsPage.vue'),
  audit: () => import('./features/audit/AuditPage.vue'),
  gateways: () => import('./features/gateways/GatewaysPage.vue'),
  gateway: () => import('./features/gateways/GatewayPage.vue'),
  parking: () => import('./features/parking/ParkingPage.vue'),
  parkingLanes: () => import('./features/parking/lanes/LanesPage.vue'),
  parkingDesk: () => import('./features/parking/desk/DeskPage.vue'),
}
/** Opened less often, by people who can wait a moment. */
const parkingPage = {
  lanes: pages.parkingLanes,
  desk: pages.parkingDesk,
  sessions: () => import('./features/parking/sessions/SessionsPage.vue'),
  raises: () => import('./features/parking/raises/RaisesPage.vue'),
  permits: () => import('./features/parking/permits/PermitsPage.vue'),
  tickets: () => import('./features/parking/tickets/TicketsPage.vue'),
  tariffs: () => import('./features/parking/tariffs/TariffsPage.vue'),
  rules: () => import('./features/parking/rules/RulesPage.vue'),
  reports: () => import('./features/parking/reports/ReportsPage.vue'),
  statement: () => import('./features/parking/reports/StatementPage.vue'),
}

/** Once the first page is up: later ones must open at once, and also while the line is down. */
function fetchAhead() {
  for (const fetchPage of Object.values(pages)) void fetchPage().catch(() => undefined)
}
const fetchAheadMs = 2000

/** First what has to be done first; then only pages that the role allows. */
function afterSignIn(to: RouteLocationNormalized) {
  const session = useSession()
  const isFirst = to.name === 'first-steps'
  if (session.duty !== undefined) return isFirst || { name: 'first-steps', query: { next: to.fullPath } }
  if (isFirst) return safeNext(to.query['next'])
  const needs = to.meta['needs'] as Pick<Endpoint, 'access'> | undefined
  if (needs === undefined || session.can(needs)) return true
  const instead = to.name === 'parking' ? firstParkingPage(session.can) : undefined
  return { name: instead === undefined ? 'live' : `parking-${instead}` }
}

function guardPages(router: Router) {
  router.beforeEach(async (to) => {
    const session = useSession()
    await session.known()
    if (!session.user && !to.meta['isPublic']) return { name: 'sign-in', query: { next: to.fullPath } }
    if (session.user && to.name === 'sign-in') return safeNext(to.query['next'])
    return session.user ? afterSignIn(to) : true
  })
}

/** Leads away from a page when the platform no longer lets the session go on. */
function followSession(router: Router) {
  async function doFirst() {
    const { name, fullPath } = router.currentRoute.value
    await useSession().refresh()
    if (name !== 'first-steps') await router.replace({ name: 'first-steps', query: { next: fullPath } })
  }
  // Without an answer nothing happens: the next call that is refused asks again.
  onRestricted(() => void doFirst().catch(() => undefined))
  onUnauthorised(() => {
    useSession().end()
    const { name, fullPath } = router.currentRoute.value
    if (name !== undefined && name !== 'sign-in') void router.replace({ name: 'sign-in', query: { next: fullPath } })
  })
}

const parkingRoutes: RouteRecordRaw = {
  path: 'parking',
  component: pages.parking,
  children: parkingPageNames.map((page) => ({
    path: page === 'lanes' ? '' : page,
    name: page === 'lanes' ? 'parking' : `parking-${page}`,
    component: parkingPage[page],
    meta: { needs: parkingPages[page] },
  })),
}

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
        path: '/first-steps',
        name: 'first-steps',
        component: () => import('./features/identity/FirstStepsPage.vue'),
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
          { path: 'account', name: 'account', component: pages.account },
          { path: 'people', name: 'people', component: pages.people, meta: { needs: listUsers } },
          { path: 'approvals', name: 'approvals', component: pages.approvals, meta: { needs: listApprovals } },
          { path: 'audit', name: 'audit', component: pages.audit },
          { path: 'gateways', name: 'gateways', component: pages.gateways },
          { path: 'gateways/:gatewayId', name: 'gateway', component: pages.gateway, props: true },
          parkingRoutes,
          { path: ':rest(.*)*', name: 'nowhere', component: () => import('./shell/NotFoundPage.vue') },
        ],
      },
    ],
  })

  guardPages(router)
  followSession(router)
  const stopWaiting = router.afterEach((to) => {
    if (to.meta['isPublic']) return
    stopWaiting()
    setTimeout(fetchAhead, fetchAheadMs)
  })
  return router
}
