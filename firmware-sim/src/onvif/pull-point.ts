import { randomUUID } from 'node:crypto'
import type { Notification } from './topics.ts'

/** Cameras have little memory: of a client that does not pull, the oldest notifications are lost. */
const maxQueued = 200

export interface PullPoint {
  readonly id: string
  /** Real time, whatever the clock of the camera says. */
  readonly expiresAt: number
  isAlive(): boolean
  wants(notification: Notification): boolean
  push(notification: Notification): void
  /** At most `limit` notifications; waits for the first one, but not longer than the subscription lives. */
  take(limit: number, timeoutMs: number, signal: AbortSignal): Promise<readonly Notification[]>
  renew(lifetimeMs: number): void
  end(): void
}

/** One subscription of a client. Only `renew` prolongs it: cameras that do more are the exception. */
export function createPullPoint(lifetimeMs: number, wants: PullPoint['wants']): PullPoint {
  const queue: Notification[] = []
  const waiting = new Set<() => void>()
  let expiresAt = Date.now() + lifetimeMs

  const wake = () => {
    for (const resolve of waiting) resolve()
  }
  const somethingQueued = (waitMs: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      waiting.add(done)
      signal.addEventListener('abort', done)
    })

  const pullPoint: PullPoint = {
    id: randomUUID(),
    get expiresAt() {
      return expiresAt
    },
    isAlive: () => Date.now() < expiresAt,
    wants,
    push(notification) {
      if (!wants(notification)) return
      queue.push(notification)
      if (queue.length > maxQueued) queue.shift()
      wake()
    },
    async take(limit, timeoutMs, signal) {
      const until = Date.now() + timeoutMs
      while (queue.length === 0 && !signal.aborted) {
        const waitMs = Math.min(until, expiresAt) - Date.now()
        if (waitMs <= 0) break
        await somethingQueued(waitMs, signal)
      }
      // A client that hung up gets its notifications with its next pull.
      return signal.aborted ? [] : queue.splice(0, limit)
    },
    renew(newLifetimeMs) {
      expiresAt = Date.now() + newLifetimeMs
    },
    end() {
      expiresAt = 0
      wake()
    },
  }
  return pullPoint
}
