import type { LotView } from '../../contract/index.ts'
import type { Publisher } from '../../core/ports.ts'

export interface LotNewsPorts {
  readonly publisher: Publisher
  readonly viewOf: (compoundId: string) => Promise<LotView>
}

/** A touch is heard of inside the transaction that makes it: the look after that one sees it for certain. */
const looksPerTouch = 2

/** Tells consoles of lots that have changed, once for however many changes there were. */
export function createLotNews({ publisher, viewOf }: LotNewsPorts) {
  const looks = new Map<string, number>()
  const told = new Map<string, string>()

  async function look(compoundId: string) {
    const lot = await viewOf(compoundId)
    const text = JSON.stringify(lot)
    if (told.get(compoundId) === text) return
    told.set(compoundId, text)
    publisher.publish('lot:changed', compoundId, lot)
  }

  return {
    touched(compoundId: string): void {
      looks.set(compoundId, looksPerTouch)
    },

    /** To be called every second: no compound is told of more often. */
    async flush(): Promise<void> {
      for (const [compoundId, left] of [...looks]) {
        if (left > 1) looks.set(compoundId, left - 1)
        else looks.delete(compoundId)
        await look(compoundId)
      }
    },
  }
}

export type LotNews = ReturnType<typeof createLotNews>
