/** Something that can stand in the way out. Without a building it serves the whole compound, like a barrier. */
export interface ExitPlace {
  readonly deviceId: string
  readonly building?: string | undefined
}

/**
 * What must open when an alarm is raised in `building`: its own exits and those of the whole compound.
 * A trigger that belongs to no building opens everything: rather one door too many.
 */
export function exitsToOpen<E extends ExitPlace>(building: string | undefined, exits: Iterable<E>): E[] {
  return [...exits].filter((exit) => building === undefined || !exit.building || exit.building === building)
}
