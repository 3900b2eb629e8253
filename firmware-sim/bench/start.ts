import type { NewAreaEvent } from '@gatehouse/platform/contract'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSqliteStore } from '../../gateway/src/adapters/sqlite-store/sqlite-store.ts'
import { reportOnce, startPersistentLane } from './first-answer.ts'
import { cpuSeconds } from './process-cpu.ts'
import { residentMegabytes } from './process-memory.ts'
import { median, type Row } from './report.ts'
import { plateOf, startStreetGateway, streetOf } from './street.ts'
import { freePort } from '../../platform/test/free-port.ts'

const permits = 1_000_000
const outboxBytes = 100_000_000
const eventsPerCommit = 2000
const pairs = 5

const quiet = { ...{ debug: () => undefined, info: () => undefined }, warn: () => undefined, error: () => undefined }

const databaseOf = (data: string) => join(data, 'gateway', 'state.db')

/** What a lane tells of a car, as the gateway keeps it for the centre. */
const told = (index: number): NewAreaEvent => ({
  ...{ type: 'parking.entry-opened', at: Date.now(), deviceId: `lane-${index % 22}` },
  body: {
    ...{ eventId: `e-${index}`, direction: 'in', rawPlate: plateOf(index), matchedPlate: plateOf(index), distance: 0 },
    ...{ colour: 'blue', confidence: 95, decision: 'open', rule: 'monthly', reason: '月租车，请进', right: 'monthly' },
  },
})

/** Fills the outbox through the store of the gateway; answers how many events that were. */
async function fillOutbox(data: string): Promise<number> {
  const store = await openSqliteStore(databaseOf(data), quiet)
  let bytes = 0
  let count = 0
  while (bytes < outboxBytes) {
    const events = Array.from({ length: eventsPerCommit }, (_, index) => told(count + index))
    await store.commit({ events })
    count += events.length
    bytes += Buffer.byteLength(JSON.stringify(events))
  }
  await store.close()
  return count
}

/** A gateway that has been told a million permits by its file, and that has not reached its centre for long. */
async function prepare(folder: string): Promise<number> {
  const desired = join(folder, 'desired.json')
  await writeFile(desired, JSON.stringify(streetOf({ permits })))
  const gateway = await startStreetGateway(folder, { desired })
  await gateway.stop()
  await rm(desired)
  return fillOutbox(folder)
}

interface Started {
  /** From the start of the process to the first acknowledgement of a report, ms. */
  readonly acknowledged: number
  /** CPU of all threads until the acknowledgement, ms: on a busy machine time passes faster than work is done. */
  readonly cpu: number
  /** From the start of the process to the first order to open for a car with a permit, ms: the permits are read. */
  readonly opened: number
  readonly megabytes: number
}

type BareStarted = Pick<Started, 'acknowledged' | 'cpu'>

/** `car` has not been there before. */
async function startGateway(data: string, car: number): Promise<Started> {
  const port = await freePort()
  const opening = Promise.withResolvers<undefined>()
  let pid = 0
  const spawnedAt = performance.now()
  const starting = startStreetGateway(data, { port, onSpawned: (spawned) => (pid = spawned) })
  const lane = await startPersistentLane({ port, onOpen: () => opening.resolve(undefined) })
  await reportOnce(lane)
  const acknowledged = performance.now() - spawnedAt
  const cpu = (await cpuSeconds(pid)) * 1000
  const event = { id: `e-${Date.now()}`, at: Date.now(), type: 'plate', colour: 'blue', confidence: 95 }
  lane.send('event', { ...event, plate: plateOf(car) })
  await opening.promise
  const opened = performance.now() - spawnedAt
  const gateway = await starting
  const megabytes = await residentMegabytes(pid)
  lane.close()
  await gateway.kill() // the next start is one after a power cut
  return { acknowledged, cpu, opened, megabytes }
}

async function startBare(database: string): Promise<BareStarted> {
  const port = await freePort()
  const script = fileURLToPath(new URL('bare-start.main.ts', import.meta.url))
  const spawnedAt = performance.now()
  const child = spawn(process.execPath, [script, database, String(port)], { stdio: 'inherit' })
  const lane = await startPersistentLane({ port })
  await reportOnce(lane)
  const acknowledged = performance.now() - spawnedAt
  const cpu = (await cpuSeconds(child.pid ?? 0)) * 1000
  lane.close()
  child.kill('SIGKILL')
  await once(child, 'exit')
  return { acknowledged, cpu }
}

/** Cold start of a gateway that knows a million permits and has much to tell: process start → first durable PUBACK. */
export async function start(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const data = join(folder, 'data')
  const ours: Started[] = []
  const bare: BareStarted[] = []
  try {
    await mkdir(data)
    const events = await prepare(data)
    const copy = join(folder, 'copy.db')
    await copyFile(databaseOf(data), copy)
    for (let pair = 0; pair < pairs; pair += 1) {
      bare.push(await startBare(copy))
      ours.push(await startGateway(data, permits - 1 - pair))
    }
    const { size } = await stat(databaseOf(data))
    return rowOf(ours, bare, { events, databaseMegabytes: size / 1024 ** 2 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function rowOf(ours: readonly Started[], bare: readonly BareStarted[], detail: Row['detail']): Row {
  const of = <K extends keyof Started>(runs: readonly Pick<Started, K>[], name: K) => runs.map((run) => run[name])
  const ratioOf = (name: keyof BareStarted) =>
    median(of(ours, name).map((value, pair) => value / (bare[pair]?.[name] ?? NaN)))
  return {
    name: 'cold start of the gateway → first durable PUBACK, 1,000,000 permits, outbox of 100 MB',
    value: median(of(ours, 'acknowledged')),
    unit: 'ms',
    reference: median(of(bare, 'acknowledged')),
    ratio: ratioOf('acknowledged'),
    detail: {
      cpuMs: median(of(ours, 'cpu')),
      bareCpuMs: median(of(bare, 'cpu')),
      cpuRatio: ratioOf('cpu'),
      openedMs: median(of(ours, 'opened')),
      ...{ oursRuns: ours, bareRuns: bare, load: loadavg()[0] },
      ...detail,
    },
  }
}
