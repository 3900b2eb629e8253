import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { prefer, startAsking } from './asking.ts'
import { measureReference, runScript } from './child.ts'
import { diskFigures } from './disk.ts'
import { cpuSeconds } from './process-cpu.ts'
import { median, type Row } from './report.ts'
import type { SteadyFigures } from './steady-devices.main.ts'
import { laneCount, sensorCount, startNewStreetGateway, streetSecret } from './street.ts'

const carsPerSecond = 60
const warmUp = 200
const cars = 3000 + warmUp
const telemetryPerSecond = 1000
const permits = 10_000
const pairs = 3

type Percentile = 'p50' | 'p99' | 'p999'
const percentiles = ['p50', 'p99', 'p999'] as const

interface Measured extends Readonly<Record<Percentile, number>> {
  readonly opened: number
  readonly left: number
  readonly max: number
  readonly telemetryPerSecond: number
  /** Of one core, by the process that is measured. */
  readonly cpuShare: number
  /** How many processes of this machine wanted to run, on average over a minute. */
  readonly load: number
}

/** Plate in → open out at the lanes of `port`, with telemetry of others behind it. */
async function measure(pid: number, port: number): Promise<Measured> {
  const sensors = await startAsking<SteadyFigures>('steady-devices.main.ts', [
    ...[port, sensorCount, telemetryPerSecond, streetSecret, 'smoke', 'sensor'],
  ])
  try {
    await Promise.all([prefer(pid), prefer(sensors.pid)])
    await sensors.figures()
    const startedAt = performance.now()
    const cpuBefore = await cpuSeconds(pid)
    const lanes = await runScript('lanes-at-work.main.ts', [
      ...[port, laneCount, carsPerSecond, cars, warmUp, streetSecret],
    ])
    const { acknowledged } = await sensors.figures()
    const seconds = (performance.now() - startedAt) / 1000
    const cpuShare = ((await cpuSeconds(pid)) - cpuBefore) / seconds
    const { opened = 0, left = NaN, p50 = NaN, p99 = NaN, p999 = NaN, max = NaN } = lanes
    return {
      ...{ opened, left, p50, p99, p999, max, cpuShare },
      ...{ telemetryPerSecond: acknowledged / seconds, load: loadavg()[0] ?? NaN },
    }
  } finally {
    await sensors.stop()
  }
}

const measureBare = (folder: string) => measureReference('bare-lanes.main.ts', folder, measure)

async function measureGateway(folder: string): Promise<Measured> {
  const gateway = await startNewStreetGateway(folder, { permits })
  try {
    return await measure(gateway.pid, Number(gateway.ready['mqttPort']))
  } finally {
    await gateway.stop()
  }
}

/** A plate at a lane → the order to open, on disk before, the centre away. */
export async function lanes(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const ours: Measured[] = []
  const bare: Measured[] = []
  const disk = []
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      disk.push(await diskFigures(folder))
      bare.push(await measureBare(folder))
      ours.push(await measureGateway(folder))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const all = (runs: readonly Measured[], name: Percentile) => runs.map((run) => run[name])
  const ratiosOf = (name: Percentile) => all(ours, name).map((value, pair) => value / (all(bare, name)[pair] ?? NaN))
  const byPercentile = <T>(of: (name: Percentile) => T) =>
    Object.fromEntries(percentiles.map((name) => [name, of(name)] as const))
  return {
    name: `plate → open at ${laneCount} lanes, ${telemetryPerSecond} messages/s behind it, the centre away, p99`,
    value: median(all(ours, 'p99')),
    unit: 'ms',
    reference: median(all(bare, 'p99')),
    ratio: median(ratiosOf('p99')),
    detail: {
      ours: byPercentile((name) => median(all(ours, name))),
      bare: byPercentile((name) => median(all(bare, name))),
      ratios: byPercentile((name) => median(ratiosOf(name))),
      oursRuns: ours,
      bareRuns: bare,
      diskFdatasyncMs: disk,
      permits,
      folder: tmpdir(),
    },
  }
}
