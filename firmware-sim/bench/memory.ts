import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startAsking } from './asking.ts'
import { measureReference } from './child.ts'
import { residentMegabytes } from './process-memory.ts'
import { median, type Row } from './report.ts'
import type { SteadyFigures } from './steady-devices.main.ts'
import { laneCount, sensorCount, startNewStreetGateway, streetSecret } from './street.ts'

const permits = 10_000
const furtherSensors = 1000
const rounds = 3
/** Reporting goes on for so long before memory counts as steady, and is then looked at for `watchSeconds`. */
const settleMs = 90_000
const watchSeconds = 30

interface Measured {
  /** Right after the start, with the street, with the further devices; MiB. */
  readonly started: number
  readonly street: number
  readonly withFurther: number
  readonly acknowledged: number
}

const steady = (port: number, [kind, name, count]: readonly [kind: string, name: string, count: number]) =>
  startAsking<SteadyFigures>('steady-devices.main.ts', [port, count, count, streetSecret, kind, name])

/** The median of the last seconds: between two collections of garbage it goes up and down. */
async function steadyMegabytes(pid: number): Promise<number> {
  await delay(settleMs)
  const seen: number[] = []
  for (let second = 0; second < watchSeconds; second += 1) {
    seen.push(await residentMegabytes(pid))
    await delay(1000)
  }
  return median(seen)
}

/** Memory of the process `pid` while the devices of the street, and then further ones, report once a second. */
async function measure(pid: number, port: number): Promise<Measured> {
  const started = await residentMegabytes(pid)
  const crowds = [
    await steady(port, ['barrier', 'lane', laneCount]),
    await steady(port, ['smoke', 'sensor', sensorCount]),
  ]
  try {
    const street = await steadyMegabytes(pid)
    crowds.push(await steady(port, ['smoke', 'further', furtherSensors]))
    const withFurther = await steadyMegabytes(pid)
    const figures = await Promise.all(crowds.map((crowd) => crowd.figures()))
    const acknowledged = figures.reduce((sum, one) => sum + one.acknowledged, 0)
    if (figures.some(({ ended }) => ended > 0)) throw new Error('a device has lost its connection')
    return { started, street, withFurther, acknowledged }
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.stop()))
  }
}

const measureBare = (folder: string) => measureReference('bare-lanes.main.ts', folder, measure)

async function measureGateway(folder: string): Promise<Measured> {
  const gateway = await startNewStreetGateway(folder, { permits, furtherSensors })
  try {
    return await measure(gateway.pid, Number(gateway.ready['mqttPort']))
  } finally {
    await gateway.stop()
  }
}

const growth = ({ street, withFurther }: Measured) => withFurther - street

/** Resident memory of a gateway at work, beside a bare broker with the same devices. */
export async function memory(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const ours: Measured[] = []
  const bare: Measured[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      // Side by side: neither takes memory from the other, and it takes minutes.
      const [one, other] = await Promise.all([measureGateway(folder), measureBare(folder)])
      ours.push(one)
      bare.push(other)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const street = (runs: readonly Measured[]) => runs.map((run) => run.street)
  return {
    name: `resident memory of the gateway, ${laneCount + sensorCount} devices that report every second, 10,000 permits`,
    value: median(street(ours)),
    unit: 'MiB',
    reference: median(street(bare)),
    ratio: median(street(ours).map((value, round) => value / (street(bare)[round] ?? NaN))),
    detail: {
      perFurtherThousand: median(ours.map(growth)),
      barePerFurtherThousand: median(bare.map(growth)),
      oursRuns: ours,
      bareRuns: bare,
      load: loadavg()[0],
    },
  }
}
