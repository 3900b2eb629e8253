import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startPart, type Part } from '../test/house/part.ts'
import { prefer, startAsking } from './asking.ts'
import { residentMegabytes } from './process-memory.ts'
import { median, type Row } from './report.ts'
import type { SteadyFigures } from './steady-devices.main.ts'
import type { StrangerFigures } from './strangers.main.ts'

const deviceCount = 200
const messagesPerSecond = 400
const crowds = [
  ['silent', 5000],
  ['flood', 1000],
  ['trickle', 1000],
] as const
const floodingGuests = 1000
const pairs = 5
const calmMs = 8000
const rampMs = 6000
const stormMs = 12_000
const secret = 'bench-secret-0123456789'
/** In memory: what a shared disk does to everybody's p99 (from 4 to 140 ms) would hide what the crowd does. */
const folderInMemory = '/dev/shm'

const device = (deviceId: string) => ({
  ...{ deviceId, kind: 'barrier', name: deviceId, place: 'Bench', secret, settings: { direction: 'in' } },
})
const range = (count: number, name: string) => Array.from({ length: count }, (_, index) => device(`${name}-${index}`))

async function startGateway(folder: string): Promise<Part> {
  const desired = { devices: { devices: [...range(deviceCount, 'bench'), ...range(floodingGuests, 'flood')] } }
  await writeFile(join(folder, 'desired.json'), JSON.stringify(desired))
  return startPart('gateway', {
    env: {
      GATEHOUSE_DATA: await mkdtemp(join(folder, 'gateway-')),
      GATEHOUSE_GATEWAY_ID: 'bench',
      GATEHOUSE_DESIRED: join(folder, 'desired.json'),
      GATEHOUSE_MQTT_PORT: '0',
      GATEHOUSE_GATEWAY_HTTP_PORT: '0',
      GATEHOUSE_LOG_LEVEL: 'info',
    },
  })
}

interface Storm {
  readonly before: SteadyFigures
  readonly during: SteadyFigures
  readonly strangers: readonly StrangerFigures[]
  readonly megabytes: readonly [before: number, during: number]
}

type Crowd = readonly [kind: string, count: number, addresses: number]

async function weather(gateway: Part, port: number, crowd: readonly Crowd[]): Promise<Storm> {
  const steady = await startAsking<SteadyFigures>('steady-devices.main.ts', [
    ...[port, deviceCount, messagesPerSecond],
    secret,
  ])
  await Promise.all([prefer(gateway.pid), prefer(steady.pid)])
  await delay(2000)
  await steady.figures()
  await delay(calmMs)
  const before = await steady.figures()
  const megabytes = await residentMegabytes(gateway.pid)
  const strangers = await Promise.all(
    crowd.map(([kind, count, addresses]) =>
      startAsking<StrangerFigures>('strangers.main.ts', [port, count, kind, addresses, secret], true),
    ),
  )
  try {
    await delay(rampMs)
    await steady.figures()
    await delay(stormMs)
    const during = await steady.figures()
    const figures = await Promise.all(strangers.map((one) => one.figures()))
    return { before, during, strangers: figures, megabytes: [megabytes, await residentMegabytes(gateway.pid)] }
  } finally {
    for (const one of strangers) await one.stop()
    await steady.stop()
    await delay(2000)
  }
}

async function checkFileLimit() {
  const limits = await readFile('/proc/self/limits', 'utf8')
  const soft = Number(/Max open files\s+(\d+)/.exec(limits)?.[1])
  const needed = 10_000
  if (soft < needed) throw new Error(`this row needs ${needed} open files for each process: ulimit -n ${needed}`)
}

const ratioOf = ({ before, during }: Storm) => during.p99 / before.p99
const lost = ({ before, during }: Storm) =>
  [before, during].reduce((sum, { sent, acknowledged, ended }) => sum + sent - acknowledged + ended, 0)

/** What devices that are connected notice of those who only want to be in the way. */
export async function connections(): Promise<Row> {
  await checkFileLimit()
  const folder = await mkdtemp(join(folderInMemory, 'gatehouse-bench-'))
  const outside: Storm[] = []
  const inside: Storm[] = []
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      const gateway = await startGateway(folder)
      const port = Number(gateway.ready['mqttPort'])
      // Once from many addresses, then all from the one that the devices come from, too.
      const addresses = pair % 2 === 0 ? 100 : 1
      // First those who may sign in: later their address has a bad name.
      inside.push(await weather(gateway, port, [['guests', floodingGuests, 1]]))
      const crowd = crowds.map(([kind, count]): Crowd => [kind, count, addresses])
      outside.push(await weather(gateway, port, crowd))
      await gateway.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const [strangersRatio, guestsRatio] = [outside, inside].map((storms) => median(storms.map(ratioOf)))
  const worse = (strangersRatio ?? NaN) > (guestsRatio ?? NaN) ? outside : inside
  return {
    name: 'PUBACK to connected devices, p99, while 7,000 strangers or 1,000 flooding devices are there',
    value: median(worse.map(({ during }) => during.p99)),
    unit: 'ms',
    reference: median(worse.map(({ before }) => before.p99)),
    ratio: Math.max(strangersRatio ?? NaN, guestsRatio ?? NaN),
    detail: {
      strangersRatio,
      guestsRatio,
      lost: [...outside, ...inside].map(lost),
      strangers: outside.map(({ before, during }) => ({ before: before.p99, during: during.p99, p50: during.p50 })),
      guests: inside.map(({ before, during }) => ({ before: before.p99, during: during.p99, p50: during.p50 })),
      strangersSeen: outside.map(({ strangers }) => strangers),
      guestsSeen: inside.map(({ strangers }) => strangers),
      megabytes: [...outside, ...inside].map(({ megabytes }) => megabytes),
    },
  }
}
