import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInfluxd } from '../../platform/test/influxd.ts'
import { startPart } from '../test/house/part.ts'
import { measureReference, runScript } from './child.ts'
import { cpuSeconds } from './process-cpu.ts'
import { median, type Row } from './report.ts'

const deviceCount = 160
const messagesPerSecond = 8000
const seconds = 6
const pairs = 3
const secret = 'bench-secret-0123456789'

interface Measured {
  readonly cpuMicrosecondsPerMessage: number
  readonly acknowledged: number
  readonly p99: number
}

/** CPU of the process `pid` for each acknowledged message, while the generator runs against `port`. */
async function measure(pid: number, port: number): Promise<Measured> {
  const before = await cpuSeconds(pid)
  const load = await runScript('load-generator.main.ts', [port, deviceCount, messagesPerSecond, seconds, secret])
  const used = (await cpuSeconds(pid)) - before
  const { acknowledged = 0, p99 = NaN } = load
  return { cpuMicrosecondsPerMessage: (used / acknowledged) * 1e6, acknowledged, p99 }
}

const measureBare = (folder: string) => measureReference('bare-ingest-server.main.ts', folder, measure)

async function measureGateway(folder: string, influxUrl: string): Promise<Measured> {
  const gateway = await startPart('gateway', {
    env: {
      GATEHOUSE_DATA: await mkdtemp(join(folder, 'gateway-')),
      GATEHOUSE_GATEWAY_ID: 'bench',
      GATEHOUSE_DESIRED: join(folder, 'desired.json'),
      GATEHOUSE_MQTT_PORT: '0',
      GATEHOUSE_GATEWAY_HTTP_PORT: '0',
      GATEHOUSE_LOG_LEVEL: 'info',
      INFLUX_URL: influxUrl,
      INFLUX_FLAVOUR: 'v1',
      INFLUX_DB: 'gatehouse',
    },
  })
  try {
    return await measure(gateway.pid, Number(gateway.ready['mqttPort']))
  } finally {
    await gateway.stop()
  }
}

const desired = () => ({
  devices: {
    devices: Array.from({ length: deviceCount }, (_, index) => ({
      deviceId: `bench-${index}`,
      kind: 'barrier',
      name: `Bench ${index}`,
      place: 'Bench',
      secret,
      settings: { direction: 'in' },
    })),
  },
})

/** Durable ingest: QoS 1 report → disk → PUBACK → InfluxDB, against the bare script. */
export async function ingest(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const influx = await startInfluxd()
  try {
    await writeFile(join(folder, 'desired.json'), JSON.stringify(desired()))
    const ours: Measured[] = []
    const bare: Measured[] = []
    for (let pair = 0; pair < pairs; pair += 1) {
      bare.push(await measureBare(folder))
      ours.push(await measureGateway(folder, influx.url))
    }
    const costs = (measured: readonly Measured[]) => measured.map((run) => run.cpuMicrosecondsPerMessage)
    const ratios = costs(ours).map((cost, pair) => cost / (costs(bare)[pair] ?? NaN))
    return {
      name: 'durable ingest, own CPU per message at 8,000/s',
      value: median(costs(ours)),
      unit: 'µs',
      reference: median(costs(bare)),
      ratio: median(ratios),
      detail: {
        ratios,
        acknowledged: ours.map((run) => run.acknowledged),
        p99Ms: ours.map((run) => run.p99),
        bareP99Ms: bare.map((run) => run.p99),
      },
    }
  } finally {
    await influx.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
