import { getMedia, type Sha256 } from '@gatehouse/platform/contract'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { addressOf } from '../api/http'
import { useRealtime } from '../api/realtime'

/** A picture that was announced but not brought yet is asked for again after these pauses. */
const retryDelaysMs = [2000, 4000, 8000, 15_000, 30_000] as const

/** Where a picture is fetched; it appears when it has been brought, by the event or by asking again. */
export function useMedia(sha256: () => Sha256 | undefined, reason: () => string) {
  const attempt = shallowRef(0)
  const isWaiting = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  function retry() {
    clearTimeout(timer)
    attempt.value += 1
  }
  function onError() {
    isWaiting.value = true
    const delay = retryDelaysMs[attempt.value]
    if (delay !== undefined) timer = setTimeout(retry, delay)
  }
  watch(sha256, () => {
    clearTimeout(timer)
    attempt.value = 0
    isWaiting.value = false
  })
  onScopeDispose(() => clearTimeout(timer))
  onScopeDispose(useRealtime().on('media:stored', (media) => media.sha256 === sha256() && isWaiting.value && retry()))

  return {
    attempt,
    isWaiting,
    onError,
    onLoad: () => (isWaiting.value = false),
    address: () => addressOf(getMedia, { params: { sha256: sha256() ?? '' }, querystring: { reason: reason() } }),
  }
}
