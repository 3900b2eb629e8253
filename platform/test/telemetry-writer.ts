import { pino } from 'pino'
import { startEmbeddedTelemetry } from '../src/modules/telemetry/store/embedded-telemetry.ts'

/** Writes one point after the other, and says each number when it was acknowledged, until it is killed. */
const [folder = '', first = '0', start = '0'] = process.argv.slice(2)
const store = startEmbeddedTelemetry({ folder, logger: pino({ level: 'silent' }) })
let next = Number(first)

async function writeOn(): Promise<never> {
  for (;;) {
    const number = next++
    const text = `smoke,gateway=gw-1,device=s1 level=${number} ${Number(start) + number}`
    await store.write({ gatewayId: 'gw-1', body: Buffer.from(text), gzip: false, precision: 'ms' })
    process.stdout.write(`${number}\n`)
  }
}

await Promise.all(Array.from({ length: 16 }, writeOn))
