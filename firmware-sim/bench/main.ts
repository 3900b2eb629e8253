import { connections } from './connections.ts'
import { ingest } from './ingest.ts'
import { lanes } from './lanes.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { print } from './report.ts'
import { start } from './start.ts'

/** Prints one JSON line for each row. Name rows to run only those: npm run bench -- latency */
const rows = { ingest, latency, connections, lanes, memory, start }

const chosen = process.argv.slice(2)
for (const [name, measure] of Object.entries(rows)) {
  if (chosen.length === 0 || chosen.includes(name)) print(await measure())
}
