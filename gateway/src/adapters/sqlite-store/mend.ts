import type { Connection } from './database.ts'
import type { Handlers } from './operations.ts'

/** What stands in the outbox in the place of a record that cannot be read any more: its number must not be missing. */
const placeholder = 'devices.record-damaged'

/** The end of the contract's `Instant`. */
const maxInstant = 4_102_444_800_000

/** A disk that flips a bit within a text is not noticed by the database: what is no JSON any more is put aside. */
export function createMend(db: Connection): Handlers['mend'] {
  const keepState = db.prepare<[number]>(
    `INSERT INTO damaged (source, content, at)
     SELECT 'state/' || area || '/' || key, value, ? FROM state WHERE NOT json_valid(value)`,
  )
  const dropState = db.prepare('DELETE FROM state WHERE NOT json_valid(value)')
  const keepOutbox = db.prepare<[number]>(
    `INSERT INTO damaged (source, content, at)
     SELECT 'outbox/' || seq || '/' || type, body, ? FROM outbox WHERE NOT (${soundRecord()})`,
  )
  const replaceOutbox = db.prepare(
    `UPDATE outbox SET type = '${placeholder}', body = '{}', device = NULL, late = 1,
       at = CASE WHEN typeof(at) = 'integer' AND at BETWEEN 0 AND ${maxInstant} THEN at ELSE coalesce(added, 0) END
     WHERE NOT (${soundRecord()})`,
  )
  // What was wanted of us is asked for anew: some of it was put aside.
  const askAnew = db.prepare("DELETE FROM state WHERE area = 'desired'")
  return ({ now }) => {
    const stateRows = keepState.run(now).changes
    if (stateRows > 0) {
      dropState.run()
      askAnew.run()
    }
    const outboxRows = keepOutbox.run(now).changes
    if (outboxRows > 0) replaceOutbox.run()
    return { rows: stateRows + outboxRows }
  }
}

/** What the platform accepts as a record; it would refuse a whole batch for one that is none. */
const soundRecord = () => `
  json_valid(body) AND json_type(CASE WHEN json_valid(body) THEN body ELSE '{}' END) = 'object'
  AND typeof(at) = 'integer' AND at BETWEEN 0 AND ${maxInstant}
  AND length(type) <= 64 AND type NOT GLOB '*[^a-z.-]*' AND type GLOB '?*.?*' AND type NOT GLOB '*.*.*'
  AND type NOT GLOB '*-*.*'
  AND (device IS NULL OR (length(device) <= 64 AND device NOT GLOB '*[^a-z0-9-]*' AND device GLOB '[a-z0-9]*'))`
