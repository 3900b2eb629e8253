import type { Broadcast, SpeakerProgress } from '@gatehouse/platform/contract'

export interface BroadcastSummary {
  readonly all: number
  readonly finished: number
  readonly running: number
  readonly failedIds: readonly string[]
}

const running: ReadonlySet<SpeakerProgress['state']> = new Set(['queued', 'fetched', 'started'])

/** How far an announcement has come: x of n, and who must be asked again. */
export function summaryOf({ speakers }: Pick<Broadcast, 'speakers'>): BroadcastSummary {
  return {
    all: speakers.length,
    finished: speakers.filter(({ state }) => state === 'finished').length,
    running: speakers.filter(({ state }) => running.has(state)).length,
    failedIds: speakers
      .filter(({ state }) => state === 'failed' || state === 'pre-empted')
      .map(({ deviceId }) => deviceId),
  }
}
