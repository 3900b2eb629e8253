import type { Part } from '../house/part.ts'
import type { Fault, Saying } from './fault.ts'
import { haste, type Site } from './site.ts'

/** A connection that breaks is told at once; the rest is for a busy machine. */
const atOnceMs = 3000
/** A gateway that falls silent: the limit, and one sweep later. */
const silentMs = haste.gatewaySilentS * 1000 + 3000

export const gatewayAway = (site: Site, withinMs: number): Saying => ({
  what: 'the platform says that the gateway is away',
  isSaid: async () => !(await site.gateway()).online,
  withinMs,
})

/** A console that gets no answer says so by itself. */
const noAnswer = (site: Site): Saying => ({
  what: 'the platform does not answer',
  isSaid: () =>
    site.gateway().then(
      () => false,
      () => true,
    ),
  withinMs: atOnceMs,
})

const telemetryAway = (site: Site): Saying => ({
  what: 'the platform says that its telemetry store is away',
  isSaid: async () => {
    const answer = await fetch(`${site.house.admin.url}/api/health`)
    const { dependencies } = (await answer.json()) as { dependencies: Record<string, string> }
    return dependencies['influxdb'] === 'failed'
  },
  withinMs: 5000,
})

/** A server that a watchdog, or a person, has not yet restarted stays down for a moment. */
const startAgain = async (part: Part, start: () => Promise<void>) => {
  if (!part.isRunning()) await start()
}
const healHouse = async ({ house }: Site) => {
  await startAgain(house.platform, () => house.startPlatform())
  await startAgain(house.gateway, () => house.startGateway())
}

const stopped = new Map<Part, number>()
function hang(part: Part) {
  process.kill(part.pid, 'SIGSTOP')
  stopped.set(part, part.pid)
}
function goOn() {
  for (const pid of stopped.values()) process.kill(pid, 'SIGCONT')
  stopped.clear()
}

/** A city's gate at rush hour. */
const busy = { devices: 20, messagesPerSecond: 1000 }

export const killFaults: readonly Fault[] = [
  {
    id: 'gateway-killed',
    what: 'kill -9 of the gateway, at 1,000 messages a second',
    site: busy,
    async strike(site) {
      await site.house.gateway.kill()
      return gatewayAway(site, atOnceMs)
    },
    heal: healHouse,
  },
  {
    id: 'platform-killed',
    what: 'kill -9 of the platform (SQLite, embedded telemetry store), at 1,000 messages a second',
    site: { ...busy, telemetry: 'embedded' },
    async strike(site) {
      await site.house.platform.kill()
      return noAnswer(site)
    },
    heal: healHouse,
  },
  {
    id: 'both-killed',
    what: 'kill -9 of gateway and platform, in either order, started again in either order',
    async strike({ house }, random) {
      const parts = [house.gateway, house.platform]
      if (random.chance(0.5)) parts.reverse()
      for (const part of parts) await part.kill()
      return undefined
    },
    async heal({ house }, random) {
      const starts = [
        () => startAgain(house.platform, () => house.startPlatform()),
        () => startAgain(house.gateway, () => house.startGateway()),
      ]
      if (random.chance(0.5)) starts.reverse()
      for (const start of starts) await start()
    },
  },
]

export const outageFaults: readonly Fault[] = [
  {
    id: 'platform-killed-postgresql',
    what: 'kill -9 of the platform (PostgreSQL, InfluxDB)',
    site: { database: 'postgres' },
    async strike(site) {
      await site.house.platform.kill()
      return noAnswer(site)
    },
    heal: healHouse,
  },
  {
    id: 'influxdb-killed',
    what: 'kill -9 of InfluxDB, at 1,000 messages a second',
    site: busy,
    async strike(site) {
      await site.influx?.kill()
      return telemetryAway(site)
    },
    heal: async ({ influx }) => influx?.restart(),
  },
  {
    id: 'gateway-hangs',
    what: 'the gateway hangs (SIGSTOP), for moments or until it is missed',
    lasts: [300, 2500],
    async strike(site, _random, round) {
      hang(site.house.gateway)
      return round % 4 === 1 ? gatewayAway(site, silentMs) : undefined
    },
    heal: async () => goOn(),
  },
  {
    id: 'platform-hangs',
    what: 'the platform hangs (SIGSTOP) for up to 5 s, twice as long as the gateway waits',
    lasts: [300, 5000],
    async strike({ house }) {
      hang(house.platform)
      return undefined
    },
    heal: async () => goOn(),
  },
]
