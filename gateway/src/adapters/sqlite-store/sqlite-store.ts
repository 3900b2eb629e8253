import type { AreaEventRecord } from '@gatehouse/platform/contract'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Change, Logger, StateStore } from '../../core/ports.ts'
import type { EventRow, RequestOf, StateRow } from './requests.ts'
import { startStoreThread } from './store-thread.ts'

/** State and outbox of a gateway in one SQLite file: what a step remembers and what it tells are one transaction. */
export async function openSqliteStore(path: string, logger: Logger): Promise<StateStore> {
  await mkdir(dirname(path), { recursive: true })
  const thread = await startStoreThread(path)
  if (thread.damagedFile !== undefined) {
    logger.error(
      { file: path, damagedFile: thread.damagedFile },
      'the database was damaged and put aside, the gateway starts with an empty one',
    )
  }
  const listeners = new Set<() => void>()

  return {
    commit: async (change) => {
      const committed = await thread.ask<'commit'>(toRequest(change))
      if (committed.seqs.length > 0) for (const listener of listeners) listener()
      return committed
    },
    entries: async (area) => {
      const entries = new Map<string, unknown>()
      let afterKey: string | undefined
      // Page by page: meanwhile others are answered, here and by the thread.
      do {
        const { json, next } = await thread.ask<'entries'>({ kind: 'entries', area, afterKey })
        for (const [key, value] of JSON.parse(json) as [string, unknown][]) entries.set(key, value)
        afterKey = next
      } while (afterKey !== undefined)
      return entries
    },
    outbox: {
      after: async (seq, limit, types) => {
        const request = { kind: 'after', seq, limit, types: types && [...types] } as const
        return JSON.parse(await thread.ask<'after'>(request)) as AreaEventRecord[]
      },
      forget: async (seq) => {
        let done = false
        while (!done) ({ done } = await thread.ask<'forget'>({ kind: 'forget', seq }))
      },
      status: () => thread.ask<'status'>({ kind: 'status' }),
      onAdded: (listener) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    close: () => thread.close(),
  }
}

const toRequest = ({ cause, state = [], events = [] }: Change): RequestOf<'commit'> => ({
  kind: 'commit',
  now: Date.now(),
  cause,
  // `stringify` answers undefined for undefined, which deletes the key.
  state: state.map(({ area, key, value }): StateRow => [area, key, JSON.stringify(value) as string | undefined]),
  events: events.map(({ type, at, deviceId, late, body }): EventRow => [
    type,
    at,
    deviceId ?? null,
    late ? 1 : 0,
    JSON.stringify(body),
  ]),
})
