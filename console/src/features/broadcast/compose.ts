import type { BroadcastPriority } from '@gatehouse/platform/contract'
import type { Announcement } from './useBroadcasts'

export interface Draft {
  text: string
  speakerIds: readonly string[]
  priority: BroadcastPriority
  reason: string
}

/** What is still missing; the key of a text. */
export function missingOf({ text, speakerIds, priority, reason }: Draft) {
  if (text.trim() === '') return 'broadcast.needText' as const
  if (speakerIds.length === 0) return 'broadcast.needSpeaker' as const
  return priority === 'emergency' && reason.trim() === '' ? ('broadcast.needReason' as const) : undefined
}

export const announcementOf = (compoundId: string, { text, speakerIds, priority, reason }: Draft): Announcement => ({
  compoundId,
  text: text.trim(),
  speakerIds: [...speakerIds],
  priority,
  ...(priority === 'emergency' && { reason: reason.trim() }),
})
