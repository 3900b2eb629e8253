import { getSession } from '@gatehouse/platform/contract'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { call } from './api/http'
import { createRealtime, realtimeKey } from './api/realtime'
import App from './App.vue'
import { createConsoleI18n, followLocaleChoice } from './i18n'
import { createConsoleRouter } from './router'
import './styles/base.css'
import './styles/controls.css'
import './styles/layout.css'

/** A refused connection may mean that the session has ended; the answer 401 leads to the sign-in page. */
const askSession = () => void call(getSession, {}).catch(() => undefined)
const i18n = createConsoleI18n()
const app = createApp(App).use(createPinia()).use(i18n).provide(realtimeKey, createRealtime(askSession))
// After pinia, whose session the router's guard asks.
app.use(createConsoleRouter())
await followLocaleChoice(i18n)
app.mount('#app')
