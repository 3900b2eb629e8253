import { open } from 'node:fs/promises'

/** Appends to a file and syncs in groups; `onDurable` is called when a payload is on disk. */
export async function openGroupedLog(path: string) {
  const file = await open(path, 'a')
  let waiting: { payload: Uint8Array; onDurable: () => void }[] = []
  let isWriting = false

  async function drain() {
    isWriting = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await file.write(Buffer.concat(group.map(({ payload }) => payload)))
      await file.datasync()
      for (const { onDurable } of group) onDurable()
    }
    isWriting = false
  }

  return {
    append(payload: Uint8Array, onDurable: () => void) {
      waiting.push({ payload, onDurable })
      if (!isWriting) void drain()
    },
  }
}
