import { createApp, watchEffect } from 'vue'
import PayPage from './features/pay/PayPage.vue'
import { createConsoleI18n, useLocaleChoice } from './i18n'
import { enPay } from './i18n/en-pay'
import { zhCNPay } from './i18n/zh-CN-pay'
import './styles/base.css'
import './styles/controls.css'

/** The page behind the QR code at a lane: no account, no connection of its own, nothing of the console. */
const choice = useLocaleChoice(navigator.language.startsWith('zh') ? 'zh-CN' : 'en')
const i18n = createConsoleI18n({ 'zh-CN': zhCNPay, en: enPay }, choice.value)
watchEffect(() => {
  i18n.global.locale.value = choice.value
  document.documentElement.lang = choice.value
  document.title = i18n.global.t('pay.title')
})
const [, laneToken = ''] = /^\/pay\/([^/]+)/.exec(location.pathname) ?? []
createApp(PayPage, { laneToken: decodeURIComponent(laneToken) })
  .use(i18n)
  .mount('#app')
