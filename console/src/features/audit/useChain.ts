import { getAuditVerification, runAuditVerification } from '@gatehouse/platform/contract'
import { onScopeDispose, watch } from 'vue'
import { call } from '../../api/http'
import { useResource } from '../../composables/useResource'

const askAgainMs = 1000

/** The state of the chain; while a verification runs it is asked for again and again. */
export function useChain() {
  const { data, error, reload } = useResource(() => call(getAuditVerification, {}))
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(data, (state) => {
    clearTimeout(timer)
    if (state?.running === true) timer = setTimeout(() => void reload(), askAgainMs)
  })
  onScopeDispose(() => clearTimeout(timer))
  return {
    ...{ chain: data, error, reload },
    verify: async () => {
      data.value = await call(runAuditVerification, {})
    },
  }
}
