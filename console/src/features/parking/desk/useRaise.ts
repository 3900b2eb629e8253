import { getCommand, raiseLane, type CommandEntry, type InputOf, type LaneRaise } from '@gatehouse/platform/contract'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { call } from '../../../api/http'
import { useRealtime } from '../../../api/realtime'
import { hasEnded } from '../../../capabilities/useCommand'

export type RaiseOrder = InputOf<typeof raiseLane>['body']

/** The platform's own verdict comes a moment after the deadline; then it is asked once more. */
const verdictDelayMs = 2000

/** One raise, followed to its end: sent, accepted, done, failed or expired. */
export function useRaise() {
  const realtime = useRealtime()
  const raised = shallowRef<LaneRaise>()
  const entry = shallowRef<CommandEntry>()
  const error = shallowRef<unknown>()
  const isSending = shallowRef(false)
  /** Changes that arrive before the answer to our own request. */
  const early = new Map<string, CommandEntry>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function advance(next: CommandEntry) {
    if (next.commandId !== raised.value?.commandId || (entry.value && hasEnded(entry.value))) return
    entry.value = next
    clearTimeout(timer)
    if (!hasEnded(next))
      timer = setTimeout(() => void refresh(), Math.max(0, next.expiresAt - Date.now()) + verdictDelayMs)
  }
  async function refresh() {
    if (!raised.value) return
    const { commandId } = raised.value
    const answer = await call(getCommand, { params: { commandId } }).catch(() => undefined)
    if (answer) advance(answer)
  }
  async function raise(laneId: string, body: RaiseOrder) {
    if (isSending.value) return
    entry.value = error.value = raised.value = undefined
    early.clear()
    isSending.value = true
    try {
      raised.value = await call(raiseLane, { params: { laneId }, body })
      const overtaking = early.get(raised.value.commandId)
      if (overtaking) advance(overtaking)
      else await refresh()
    } catch (reason) {
      error.value = reason
    } finally {
      isSending.value = false
    }
  }
  onScopeDispose(
    realtime.on('command:changed', (changed) => {
      if (isSending.value && !raised.value) early.set(changed.commandId, changed)
      advance(changed)
    }),
  )
  onScopeDispose(realtime.onConnect(() => void refresh()))
  onScopeDispose(() => clearTimeout(timer))
  const isRunning = computed(
    () => isSending.value || (raised.value !== undefined && (entry.value === undefined || !hasEnded(entry.value))),
  )
  return { raised, entry, error, isSending, isRunning, raise }
}
