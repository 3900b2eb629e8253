type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Only the fields that there are: a field that is `undefined` is not the same as none. */
export const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
