import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createRealtime, realtimeKey } from './api/realtime'
import App from './App.vue'
import { createConsoleI18n, followLocaleChoice } from './i18n'
import { createConsoleRouter } from './router'
import { useSession } from './stores/session'
import './styles/base.css'
import './styles/controls.css'
import './styles/layout.css'

/** A refused connection may mean that the session has ended: 401 leads to the sign-in page, a duty to the first steps. */
async function askSession() {
  const session = useSession()
  await session.refresh().catch(() => undefined)
  if (session.duty !== undefined) await router.replace({ name: 'first-steps' })
}
const i18n = createConsoleI18n()
const app = createApp(App)
  .use(createPinia())
  .use(i18n)
  .provide(
    realtimeKey,
    createRealtime(() => void askSession()),
  )
// After pinia, whose session the router's guard asks.
const router = createConsoleRouter()
app.use(router)
await followLocaleChoice(i18n)
app.mount('#app')
