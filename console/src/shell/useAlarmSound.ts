import type { Alert } from '@gatehouse/platform/contract'
import { onScopeDispose, watch } from 'vue'
import { useRealtime } from '../api/realtime'
import { usePreference } from '../composables/usePreference'
import { useFeed } from '../stores/feed'

/** An unanswered critical alert sounds again: somebody may have been away from the desk. */
const repeatMs = 30_000
const toneSeconds = 0.22
/** Two rising pairs: heard through speech, unlike any telephone. */
const tonesHz = [660, 880, 660, 880]

export const useSoundChoice = () => usePreference('sound', 'off', ['on', 'off'])

function play(context: AudioContext) {
  tonesHz.forEach((frequency, index) => {
    const start = context.currentTime + index * toneSeconds
    const tone = new OscillatorNode(context, { frequency })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setTargetAtTime(0.25, start, 0.01)
    volume.gain.setTargetAtTime(0, start + toneSeconds * 0.8, 0.02)
    tone.connect(volume).connect(context.destination)
    tone.start(start)
    tone.stop(start + toneSeconds * 2)
  })
}

/** Sounds on critical alerts, again every half minute until all are acknowledged; only if switched on. */
export function useAlarmSound() {
  const choice = useSoundChoice()
  const feed = useFeed()
  let context: AudioContext | undefined
  let lastAt = 0

  function sound() {
    if (choice.value === 'off') return
    context ??= new AudioContext()
    void context.resume()
    play(context)
    lastAt = Date.now()
  }
  const isPressing = ({ severity, state, late }: Alert) => severity === 'critical' && state === 'open' && !late

  onScopeDispose(useRealtime().on('alert:raised', (alert) => isPressing(alert) && sound()))
  const timer = setInterval(() => {
    if (Date.now() - lastAt >= repeatMs && feed.alerts.some(isPressing)) sound()
  }, 1000)
  onScopeDispose(() => clearInterval(timer))
  onScopeDispose(() => void context?.close())
  // Switching it on lets the guard hear what it sounds like.
  watch(choice, sound)
}
