import { onScopeDispose, watch } from 'vue'
import { usePreference } from '../composables/usePreference'
import { useLaneCalls } from '../stores/lane-calls'

/** A telephone's double ring, and the pause after it. */
const ringEveryMs = 3000
const burstSeconds = 0.4
const burstsAt = [0, 0.6] as const
/** Together they warble as telephones do; unlike the rising tones of an alarm. */
const tonesHz = [440, 480] as const

export const useRingChoice = () => usePreference('call-sound', 'on', ['on', 'off'])

function ring(context: AudioContext) {
  for (const burst of burstsAt) {
    for (const frequency of tonesHz) {
      const start = context.currentTime + burst
      const tone = new OscillatorNode(context, { frequency })
      const volume = new GainNode(context, { gain: 0 })
      volume.gain.setTargetAtTime(0.18, start, 0.01)
      volume.gain.setTargetAtTime(0, start + burstSeconds, 0.02)
      tone.connect(volume).connect(context.destination)
      tone.start(start)
      tone.stop(start + burstSeconds * 2)
    }
  }
}

/** Rings as long as a call waits, unless muted, and tells a hidden page's guard where that was permitted before. */
export function useLaneRing(words: () => string) {
  const choice = useRingChoice()
  const laneCalls = useLaneCalls()
  let context: AudioContext | undefined

  function sound() {
    if (choice.value === 'off' || laneCalls.ringing.length === 0) return
    context ??= new AudioContext()
    void context.resume()
    // Before the first click of a visit browsers keep silent; the bar and the title tell all the same.
    if (context.state === 'running') ring(context)
  }
  function notify() {
    if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return
    new Notification(words(), { tag: 'lane-call', requireInteraction: true })
  }
  watch(
    () => laneCalls.ringing.map(({ callId }) => callId),
    (now, before: readonly string[] | undefined) => {
      if (!now.some((callId) => !before?.includes(callId))) return
      sound()
      notify()
    },
  )
  const timer = setInterval(sound, ringEveryMs)
  onScopeDispose(() => clearInterval(timer))
  onScopeDispose(() => void context?.close())
}
