/** An area could not make sense of one record; the others of its batch can still be stored. */
export class RecordFailure extends Error {
  readonly seq: number

  constructor(seq: number, cause: unknown) {
    super(cause instanceof Error ? cause.message.slice(0, 300) : 'unknown failure', { cause })
    this.name = 'RecordFailure'
    this.seq = seq
  }
}

/** PostgreSQL: data (22) and constraints (23) are the record's fault; SQLite: constraints and type mismatches. */
const recordsFault = /^(22|23)[0-9A-Z]{3}$|^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/
const databaseCode = /^[0-9A-Z]{5}$|^SQLITE_|^E[A-Z]+$/

/** Whether the same record may well be stored at the next try: the database is away, busy or full. */
export function isTransient(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return databaseCode.test(code) && !recordsFault.test(code)
}
