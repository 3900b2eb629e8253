import type { StateStore } from './ports.ts'

/** Pictures that events have promised to the platform, remembered until it has them. */
export interface PictureQueue {
  /** Names of the pictures that must still be brought, oldest promise first. */
  pending(): Promise<readonly { readonly sha256: string; readonly since: number }[]>
  /** The platform has it, or it can never be brought. */
  done(sha256: string): Promise<void>
  /** Called with each new promise. Answers the way to stop listening. */
  onPromised(listener: (sha256: string, since: number) => void): () => void
}

const stateArea = 'pictures'
const recordsPerRead = 500

/** A store that remembers, in the very commit that tells of a picture, that the picture must follow. */
export function createPictureJournal(store: StateStore): { readonly store: StateStore; readonly queue: PictureQueue } {
  const listeners = new Set<(sha256: string, since: number) => void>()
  const { outbox } = store
  const tell = (promised: ReadonlyMap<string, number>) => {
    for (const [sha256, since] of promised) for (const listener of listeners) listener(sha256, since)
  }

  /** A platform that has forgotten records has forgotten their pictures, too. */
  async function promiseAgain(from: number, until: number) {
    for (let last = from; last < until;) {
      const records = await outbox.after(last, recordsPerRead)
      last = records.at(-1)?.seq ?? until
      const promised = picturesOf(records)
      if (promised.size === 0) continue
      await store.commit({ state: Array.from(promised, ([key, value]) => ({ area: stateArea, key, value })) })
      tell(promised)
    }
  }

  return {
    store: {
      entries: (area) => store.entries(area),
      pages: (area) => store.pages(area),
      outbox: {
        ...outbox,
        async acknowledge(seq) {
          const answer = await outbox.acknowledge(seq)
          if (answer.before > seq) await promiseAgain(seq, answer.before)
          return answer
        },
      },
      close: () => store.close(),
      async commit(change) {
        const promised = picturesOf(change.events ?? [])
        if (promised.size === 0) return store.commit(change)
        const state = Array.from(promised, ([key, value]) => ({ area: stateArea, key, value }))
        const committed = await store.commit({ ...change, state: [...(change.state ?? []), ...state] })
        if (committed.duplicate) return committed
        tell(promised)
        return committed
      },
    },
    queue: {
      async pending() {
        const entries = Array.from(await store.entries(stateArea), ([sha256, since]) => ({
          sha256,
          since: Number(since),
        }))
        return entries.sort((one, other) => one.since - other.since)
      },
      async done(sha256) {
        await store.commit({ state: [{ area: stateArea, key: sha256, value: undefined }] })
      },
      onPromised(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  }
}

function picturesOf(events: readonly { readonly at: number; readonly body: object }[]): Map<string, number> {
  const pictures = new Map<string, number>()
  for (const { at, body } of events) {
    const data: unknown = 'data' in body ? body.data : undefined
    const sha256 = pictureIn(body) ?? (typeof data === 'object' && data !== null ? pictureIn(data) : undefined)
    if (sha256 !== undefined) pictures.set(sha256, at)
  }
  return pictures
}

function pictureIn(holder: object): string | undefined {
  return 'picture' in holder && typeof holder.picture === 'string' && /^[0-9a-f]{64}$/.test(holder.picture)
    ? holder.picture
    : undefined
}
