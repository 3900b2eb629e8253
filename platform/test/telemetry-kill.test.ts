import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { startEmbeddedTelemetry } from '../src/modules/telemetry/store/embedded-telemetry.ts'

const rounds = 4
const perRound = 300
const start = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 7_200_000

/** Lets a process write until enough was acknowledged, then kills it in the middle of its work. */
async function writeAndKill(folder: string, first: number): Promise<number[]> {
  const script = new URL('./telemetry-writer.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, folder, String(first), String(start)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const acknowledged: number[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (acknowledged.push(Number(line)) === perRound) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return acknowledged
}

test('a store that is killed has every value that it acknowledged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-kill-'))
  const acknowledged: number[] = []
  for (let round = 0; round < rounds; round += 1)
    acknowledged.push(...(await writeAndKill(folder, (acknowledged.at(-1) ?? 0) + 1000)))
  expect(acknowledged.length).toBeGreaterThanOrEqual(rounds * perRound)

  const store = startEmbeddedTelemetry({ folder, logger: pino({ level: 'silent' }) })
  onTestFinished(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const range = { deviceId: 's1', kind: 'smoke', reading: 'level', from: start, to: start + 3_600_000 }
  const found = await store.series({ ...range, intervalMs: 1 })
  const values = new Set(found.map(({ mean }) => mean))
  expect(acknowledged.filter((number) => !values.has(number))).toEqual([])

  // The roll-ups tell the same as the raw values.
  const [whole] = await store.series({ ...range, intervalMs: 3_600_000 })
  expect(whole?.count).toBe(found.length)
})
