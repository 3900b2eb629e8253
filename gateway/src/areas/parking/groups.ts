import type { Stay } from './stay.ts'

/** Which cars inside share spaces. */
export function createGroups() {
  const groups = new Map<string, Set<string>>()
  return {
    /** Stays of cars that take a space of the group. */
    of: (groupId: string): Iterable<string> => groups.get(groupId) ?? [],
    add({ groupId, sessionId }: Stay) {
      if (groupId === undefined) return
      const cars = groups.get(groupId) ?? new Set()
      groups.set(groupId, cars.add(sessionId))
    },
    remove({ groupId, sessionId }: Stay) {
      if (groupId === undefined) return
      const cars = groups.get(groupId)
      cars?.delete(sessionId)
      if (cars?.size === 0) groups.delete(groupId)
    },
  }
}
