import { claimLane, getLaneClaim, type LaneClaim, type PayView } from '@gatehouse/platform/contract'
import { onScopeDispose, shallowRef } from 'vue'
import { ApiError, call } from '../../api/http'
import { forgetClaim, keepClaim, keptClaim, type KeptClaim } from './kept-claim'

/** The lane answers within a second or two; after ten nothing opens any more. */
const pollMs = 1000
/** A line that is lost for longer is told. */
const mostPolls = 30

/** A car without a plate at a lane: who it is, and what the lane has decided about it. */
export function useLaneClaim(laneToken: string, { compoundId, direction }: PayView) {
  const own = shallowRef<KeptClaim | undefined>(keptClaim(compoundId))
  const claim = shallowRef<LaneClaim>()
  const error = shallowRef<unknown>()
  const isBusy = shallowRef(false)
  /** Whether this phone will know the car at the exit. */
  const isKept = shallowRef(true)
  let timer: ReturnType<typeof setTimeout> | undefined

  const ask = (kept: KeptClaim | undefined) =>
    call(claimLane, { params: { laneToken }, body: kept ? { proof: kept.proof } : {} })

  /** At the entrance a proof that does not count any more is worth nothing: there is a new one. */
  async function begin() {
    const kept = own.value
    try {
      return await ask(kept)
    } catch (reason) {
      const isVoid = reason instanceof ApiError && reason.status === 403
      if (!isVoid || direction === 'out' || !kept) throw reason
      return ask(undefined)
    }
  }

  function settle(now: LaneClaim) {
    claim.value = now
    isBusy.value = false
    // The next visit is another one. Until this page is closed the driver can try again.
    if (now.state === 'opened' && direction === 'out') forgetClaim(compoundId)
  }

  async function poll(commandId: string, left = mostPolls) {
    try {
      const now = await call(getLaneClaim, { params: { laneToken, commandId } })
      if (now.state !== 'waiting') {
        settle(now)
        return
      }
    } catch (reason) {
      if (left === 0) {
        error.value = reason
        isBusy.value = false
        return
      }
    }
    timer = setTimeout(() => void poll(commandId, left - 1), pollMs)
  }

  async function send() {
    if (isBusy.value) return
    isBusy.value = true
    error.value = claim.value = undefined
    try {
      const { commandId, plate, proof } = await begin()
      own.value = { plate, proof }
      if (direction === 'in') isKept.value = keepClaim(compoundId, own.value)
      await poll(commandId)
    } catch (reason) {
      error.value = reason
      isBusy.value = false
    }
  }

  onScopeDispose(() => clearTimeout(timer))
  return { own, claim, error, isBusy, isKept, send }
}
