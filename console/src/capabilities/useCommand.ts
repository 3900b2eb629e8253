import { getCommand, sendCommand, type CommandEntry, type CommandState } from '@gatehouse/platform/contract'
import { onScopeDispose, shallowRef } from 'vue'
import { call } from '../api/http'
import { useRealtime } from '../api/realtime'

export interface CommandRequest {
  readonly deviceId: string
  readonly name: string
  readonly args: Record<string, unknown>
  readonly reason?: string
  readonly alertId?: string
}

const progress: Readonly<Record<CommandState, number>> = { sent: 0, accepted: 1, done: 2, failed: 2, expired: 2 }
export const hasEnded = ({ state }: Pick<CommandEntry, 'state'>) => progress[state] === 2

/** The platform's own verdict comes a moment after the deadline; then it is asked once more. */
const verdictDelayMs = 2000

/** One command at a time, followed to its end: sent, accepted, done, failed or expired. */
export function useCommand() {
  const realtime = useRealtime()
  const entry = shallowRef<CommandEntry>()
  const error = shallowRef<unknown>()
  const isSending = shallowRef(false)
  /** Changes that arrive before the answer to our own request. */
  let early = new Map<string, CommandEntry>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function advance(next: CommandEntry) {
    if (next.commandId !== entry.value?.commandId) return
    if (progress[next.state] >= progress[entry.value.state]) entry.value = next
  }
  async function refresh() {
    if (!entry.value || hasEnded(entry.value)) return
    const answer = await call(getCommand, { params: { commandId: entry.value.commandId } }).catch(() => undefined)
    if (answer) advance(answer)
  }

  async function send({ deviceId, name, args, reason, alertId }: CommandRequest) {
    clearTimeout(timer)
    early = new Map()
    entry.value = error.value = undefined
    isSending.value = true
    try {
      const body = { name, args, ...(reason && { reason }), ...(alertId && { alertId }) }
      const sent = await call(sendCommand, { params: { deviceId }, body })
      entry.value = sent
      const overtaking = early.get(sent.commandId)
      if (overtaking) advance(overtaking)
      timer = setTimeout(() => void refresh(), Math.max(0, sent.expiresAt - Date.now()) + verdictDelayMs)
    } catch (reason) {
      error.value = reason
    } finally {
      isSending.value = false
    }
  }

  onScopeDispose(
    realtime.on('command:changed', (changed) => {
      if (isSending.value) early.set(changed.commandId, changed)
      advance(changed)
    }),
  )
  onScopeDispose(realtime.onConnect(() => void refresh()))
  onScopeDispose(() => clearTimeout(timer))
  return { entry, error, isSending, send }
}
