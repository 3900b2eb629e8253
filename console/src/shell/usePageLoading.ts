import { onScopeDispose } from 'vue'
import { useRouter } from 'vue-router'
import { useRealtime } from '../api/realtime'
import { useToasts } from '../composables/useToasts'
import { useText } from '../i18n'

/** Says so when a page cannot be fetched: a click that does nothing would leave people guessing. */
export function usePageLoading(openAnew: (path: string) => void = (path) => window.location.assign(path)) {
  const { connection } = useRealtime()
  const { show } = useToasts()
  const { t } = useText()
  const stopListening = useRouter().onError((_error, to) => {
    // With a connection the page is missing because a newer console is there.
    if (connection.value === 'live') openAnew(to.fullPath)
    else show({ tone: 'bad', text: t('page.notLoaded') })
  })
  onScopeDispose(stopListening)
}
