import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteStore } from '../src/adapters/sqlite-store/sqlite-store.ts'
import { openTelemetrySpool } from '../src/adapters/telemetry-spool/telemetry-spool.ts'

/**
 * Writes as fast as it can until it is killed, and prints each number once its write was acknowledged.
 * Arguments: `store` or `spool`, the folder, the first number.
 */
const [kind = 'store', folder = '.', first = '0'] = process.argv.slice(2)
const ignore = () => undefined
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const write = kind === 'store' ? await storeWriter() : await spoolWriter()
let next = Number(first)
async function writeForEver(): Promise<never> {
  for (;;) {
    const number = next++
    await write(number)
    writeSync(1, `${number}\n`)
  }
}
await Promise.all(Array.from({ length: 16 }, writeForEver))

async function storeWriter() {
  const store = await openSqliteStore(join(folder, 'gateway.db'), logger)
  return async (number: number) => {
    await store.commit({
      cause: `lane-1/${number}`,
      state: [{ area: 'parking', key: String(number), value: { number } }],
      events: [{ type: 'sensors.alarm-cleared', at: number, body: { eventId: String(number), alarm: 'smoke' } }],
    })
  }
}

async function spoolWriter() {
  const spool = await openTelemetrySpool(folder, { gatewayId: 'gw-1', logger, segmentBytes: 64 * 1024 })
  return (number: number) => spool.append({ deviceId: 'lane-1', kind: 'barrier', at: number, fields: { number } })
}
