import {
  answerLaneCall,
  endLaneCall,
  handBackLaneCall,
  listLaneCalls,
  type LaneCall,
} from '@gatehouse/platform/contract'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { call } from '../api/http'
import { useRealtime } from '../api/realtime'
import { useSession } from './session'

/** So many calls that have ended stay in sight: somebody calls again, or asks what became of it. */
const keptEnded = 20

const byWaiting = (a: LaneCall, b: LaneCall) => a.at - b.at

/** Calls from the lanes of the whole scope, the longest waiting first. */
export const useLaneCalls = defineStore('lane-calls', () => {
  const realtime = useRealtime()
  const session = useSession()
  const calls = shallowRef<readonly LaneCall[]>([])
  const error = shallowRef<unknown>()
  const isLoaded = shallowRef(false)
  let generation = 0

  function keep(changed: LaneCall) {
    const others = calls.value.filter(({ callId }) => callId !== changed.callId)
    const ended = others.filter(({ state }) => state === 'ended').sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
    const dropped = new Set(ended.slice(keptEnded))
    calls.value = [...others.filter((known) => !dropped.has(known)), changed]
  }
  async function load() {
    if (!session.can(listLaneCalls)) return
    const mine = ++generation
    try {
      const answer = await call(listLaneCalls, { querystring: { state: 'all' } })
      if (mine !== generation) return
      calls.value = answer
      isLoaded.value = true
      error.value = undefined
    } catch (reason) {
      if (mine === generation) error.value = reason
    }
  }
  function clear() {
    generation += 1
    calls.value = []
    isLoaded.value = false
  }
  realtime.on('lane-call:changed', keep)
  realtime.onConnect(() => void load())

  const inState = (state: LaneCall['state']) => calls.value.filter((one) => one.state === state).sort(byWaiting)
  return {
    calls,
    error,
    isLoaded,
    load,
    clear,
    ringing: computed(() => inState('ringing')),
    answered: computed(() => inState('answered')),
    ended: computed(() => inState('ended').reverse()),
    isMine: ({ answeredBy }: LaneCall) => answeredBy !== undefined && answeredBy === session.user?.username,
    /** Somebody else may have been quicker: then it is refused, and what is shown is asked for again. */
    answer: async (callId: string) => {
      try {
        keep(await call(answerLaneCall, { params: { callId } }))
      } catch (reason) {
        void load()
        throw reason
      }
    },
    /** It rings again, for everybody. */
    handBack: async (callId: string) => keep(await call(handBackLaneCall, { params: { callId } })),
    end: async (callId: string, say: string) =>
      keep(await call(endLaneCall, { params: { callId }, body: say === '' ? {} : { say } })),
  }
})
