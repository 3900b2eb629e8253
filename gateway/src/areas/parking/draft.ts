import type { NewAreaEvent } from '@gatehouse/platform/contract'
import { isFirstHeld } from '../../core/held-changes.ts'
import type { House } from '../../core/house.ts'
import type { Change } from '../../core/ports.ts'

type StateEntry = NonNullable<Change['state']>[number]

/**
 * A change that is being put together: what is to be on disk, what is to be told, and what memory looks like then.
 * Memory follows the disk: a message that comes twice, or that could not be kept, changes nothing.
 */
export class Draft {
  readonly state: StateEntry[] = []
  readonly events: NewAreaEvent[] = []
  readonly #effects: (() => void)[] = []

  /** `undefined` deletes the key. */
  put(area: string, key: string, value: unknown): void {
    this.state.push({ area, key, value })
  }

  tell(...events: readonly NewAreaEvent[]): void {
    this.events.push(...events)
  }

  /** Told before what was told so far. */
  tellFirst(event: NewAreaEvent): void {
    this.events.unshift(event)
  }

  /** Done to memory, in order, once the rest is on disk. */
  after(effect: () => void): void {
    this.#effects.push(effect)
  }

  get isEmpty(): boolean {
    return this.state.length === 0 && this.events.length === 0
  }

  /** Resolves with whether it is news. What a full disk holds back counts: it is written when there is room. */
  async commit(store: House['store'], cause?: string): Promise<boolean> {
    try {
      const { duplicate } = await store.commit({
        ...(cause !== undefined && { cause }),
        state: this.state,
        events: this.events,
      })
      if (!duplicate) this.#apply()
      return !duplicate
    } catch (error) {
      if (isFirstHeld(error)) this.#apply()
      throw error
    }
  }

  #apply(): void {
    for (const effect of this.#effects.splice(0)) effect()
  }
}
