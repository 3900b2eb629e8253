import { tooManyPullPoints, unknownSubscription } from './faults.ts'
import { createPullPoint, type PullPoint } from './pull-point.ts'
import { cameraStates, topics, type CameraEvent, type Notification } from './topics.ts'

export interface EventSource {
  /** Sets a state, or lets something happen. A state that does not change is not told again. */
  trigger(event: CameraEvent, active: boolean): void
  subscribe(lifetimeMs: number, wants: PullPoint['wants']): PullPoint
  /** Throws the fault that tells a client to subscribe anew. */
  find(pullPointId: string): PullPoint
  unsubscribe(pullPoint: PullPoint): void
  /** Queues all states again, for a client that lost track. */
  synchronise(pullPoint: PullPoint): void
  pullPointCount(): number
}

export function createEventSource(maxPullPoints: number, now: () => number): EventSource {
  const states = new Map<CameraEvent, boolean>(cameraStates.map((event) => [event, false]))
  const pullPoints = new Map<string, PullPoint>()
  let objectId = 0

  const forgetExpired = () => {
    for (const [id, pullPoint] of pullPoints) if (!pullPoint.isAlive()) pullPoints.delete(id)
  }
  const tell = (notification: Notification) => {
    for (const pullPoint of pullPoints.values()) pullPoint.push(notification)
  }
  const synchronise = (pullPoint: PullPoint) => {
    for (const [event, value] of states) pullPoint.push({ event, at: now(), value, operation: 'Initialized' })
  }

  return {
    trigger(event, active) {
      forgetExpired()
      if (topics[event].isState) {
        if (states.get(event) === active) return
        states.set(event, active)
        tell({ event, at: now(), value: active, operation: 'Changed' })
      } else if (active) {
        objectId += 1
        tell({ event, at: now(), value: objectId, operation: 'Changed' })
      }
    },
    subscribe(lifetimeMs, wants) {
      forgetExpired()
      if (pullPoints.size >= maxPullPoints) throw tooManyPullPoints()
      const pullPoint = createPullPoint(lifetimeMs, wants)
      pullPoints.set(pullPoint.id, pullPoint)
      synchronise(pullPoint)
      return pullPoint
    },
    find(pullPointId) {
      forgetExpired()
      const pullPoint = pullPoints.get(pullPointId)
      if (!pullPoint) throw unknownSubscription()
      return pullPoint
    },
    unsubscribe(pullPoint) {
      pullPoints.delete(pullPoint.id)
      pullPoint.end()
    },
    synchronise,
    pullPointCount() {
      forgetExpired()
      return pullPoints.size
    },
  }
}
