import { commandRepeated } from '../errors.ts'
import type { DeviceCommand } from './command-desk.ts'
import { isHeld } from './held-changes.ts'
import type { Clock, StateStore } from './ports.ts'

interface CommandJournalOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly clock: Clock
}

const stateArea = 'commands'
/** How long after its deadline an id is still known: a sender whose clock was set back may send it again. */
const rememberMs = 60_000

/** The commands that were sent to a device, remembered beyond a restart: none is carried out a second time. */
export function createCommandJournal({ store, clock }: CommandJournalOptions) {
  const until = new Map<string, number>()

  function takeOld(): string[] {
    const now = clock.now()
    const old = Array.from(until).flatMap(([commandId, end]) => (end <= now ? [commandId] : []))
    for (const commandId of old) until.delete(commandId)
    return old
  }

  return {
    async load() {
      for (const [commandId, end] of await store.entries(stateArea)) until.set(commandId, Number(end))
    },
    /** Resolves when the command may be sent; rejects with COMMAND_REPEATED when it was sent before. */
    async note({ commandId, expiresAt }: DeviceCommand): Promise<void> {
      const old = takeOld()
      if (until.has(commandId)) throw commandRepeated(commandId)
      const end = expiresAt + rememberMs
      until.set(commandId, end)
      const state = [
        { key: commandId, value: end as number | undefined },
        ...old.map((key) => ({ key, value: undefined })),
      ]
      try {
        await store.commit({
          cause: `platform:sent/${commandId}`,
          state: state.map((entry) => ({ area: stateArea, ...entry })),
        })
      } catch (error) {
        // Somebody stands at the gate and a person wants to let them in: that must not fail for want of room. Until
        // the next start the id is known all the same.
        if (isHeld(error)) return
        until.delete(commandId) // it was not sent
        throw error
      }
    },
  }
}

export type CommandJournal = ReturnType<typeof createCommandJournal>
