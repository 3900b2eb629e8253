/**
 * JSON columns hold what we wrote ourselves after it was checked, so they are read without a
 * second check: the result takes the type of where it goes.
 */
export const fromJson = (text: string): never => JSON.parse(text) as never
export const toJson = (value: unknown) => JSON.stringify(value)

type Present<T> = { [K in keyof T]?: Exclude<T[K], null> }

/** Leaves out what is `null` in the row, for optional properties. */
export function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Present<T>
}

export const toFlag = (value: boolean) => (value ? 1 : 0)
