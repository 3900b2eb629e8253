import type { GatewayHello } from '../../core/ports.ts'
import type { GatewayRow } from '../../database/tables.ts'

interface Words {
  readonly lastSeq: number
  readonly outbox?: GatewayHello['outbox'] | undefined
}
type Known = Pick<GatewayRow, 'epoch' | 'epoch_start' | 'last_seq' | 'outbox_id'>
/** `highestSeq` is of all records of the epoch, also those above a gap. */
type Before = Known & { readonly highestSeq: number }

export interface OutboxHistory {
  readonly known: Known
  /** Records of the epoch before that lie above what was stored without a gap, and mean the same in the new one. */
  readonly carriedUntil: number
}

/**
 * What the numbers of a gateway mean from now on. It may come back with an older state, or with a new outbox after
 * damage: then numbers above those that both outboxes share mean other records, and belong to a new epoch.
 * Nothing is taken for a repetition that is none, and nothing that is stored is stored again.
 */
export function followOutbox({ highestSeq, ...before }: Before, { lastSeq, outbox }: Words): OutboxHistory {
  const outboxId = outbox?.id ?? before.outbox_id
  const shared = sharedUntil(before, { lastSeq, outbox })
  if (shared === undefined || shared >= highestSeq)
    return { known: { ...before, outbox_id: outboxId }, carriedUntil: 0 }
  const start = Math.min(before.last_seq, shared)
  return {
    known: { epoch: before.epoch + 1, epoch_start: start, last_seq: start, outbox_id: outboxId },
    carriedUntil: shared,
  }
}

/** Up to which number both mean the same; nothing when it just goes on. */
function sharedUntil({ outbox_id: knownId, last_seq: known }: Known, { lastSeq, outbox }: Words): number | undefined {
  const isOlder = lastSeq < known
  if (!outbox || knownId === null) return isOlder ? 0 : undefined
  if (outbox.id === knownId) return isOlder ? lastSeq : undefined
  return outbox.earlier.find(({ id }) => id === knownId)?.lastSeq ?? 0
}
