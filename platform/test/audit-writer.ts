import { pino } from 'pino'
import { createMetrics } from '../src/core/metrics.ts'
import { openExisting } from '../src/database/database.ts'
import { openAnchors } from '../src/modules/audit/anchors.ts'
import { startAnchoring } from '../src/modules/audit/anchoring.ts'
import { createAuditTrail } from '../src/modules/audit/audit-trail.ts'

/** Appends until it is killed; tells on standard output how many entries were durable. Arguments: folder and database. */
const [folder = '', url] = process.argv.slice(2)
const logger = pino({ level: 'silent' })
const db = openExisting({ folder, url, onIdleError: () => undefined })
const trail = createAuditTrail({ db, clock: Date, metrics: createMetrics(), logger })
await startAnchoring({ db, clock: Date, anchors: await openAnchors(folder), logger })

for (let durable = 0; ; durable += 8) {
  await Promise.all(
    Array.from({ length: 8 }, (_entry, index) =>
      trail.append({
        actor: 'writer',
        action: 'test.append',
        outcome: 'done',
        details: { entry: durable + index + 1 },
      }),
    ),
  )
  process.stdout.write(`${durable + 8}\n`)
}
