import type { Random } from '../../src/core/seeded-random.ts'
import type { Fault, Saying } from './fault.ts'
import type { Site } from './site.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** A clock that was set by hand, a lost summer time, a battery that died. */
const jumps = [minuteMs, hourMs, dayMs, 10 * dayMs]

const jumpOf = (random: Random) => random.pick(jumps) * (random.chance(0.5) ? 1 : -1) + random.int(-5000, 5000)

/** What the platform keeps of a busy gateway is renewed every 5 s; one heartbeat later. */
const offsetWithinMs = 9000
const toleranceMs = 5000

const clocksOf = ({ clocks }: Site) => {
  if (!clocks) throw new Error('The site has no clocks of its own')
  return clocks
}

/** Everybody is there all the time; only the clocks differ, and that is told. */
const clocksDiffer = (site: Site, offsetMs: number): Saying => ({
  what: `the platform says that the gateway's clock is off by ${offsetMs} ms, and that everybody is there`,
  async isSaid() {
    const { online, clockOffsetMs = 0 } = await site.gateway()
    const devices = await site.listDevices()
    return online && devices.every((device) => device.online) && Math.abs(clockOffsetMs - offsetMs) < toleranceMs
  },
  withinMs: offsetWithinMs,
})

export const clockFaults: readonly Fault[] = [
  {
    id: 'device-clocks-jump',
    what: 'clocks of devices jump by up to ten days, forward and back',
    lasts: [200, 600],
    async strike({ devices }, random) {
      for (const device of devices) if (random.chance(0.7)) device.clockErrorMs = jumpOf(random)
      return undefined
    },
    heal: async ({ devices }, random) => {
      for (const device of devices) if (random.chance(0.7)) device.clockErrorMs = 0
    },
  },
  {
    id: 'gateway-clock-jumps',
    what: 'clock of the gateway jumps by up to ten days, forward and back, and back again',
    site: { movableClocks: true },
    async strike(site, random, round) {
      const offsetMs = jumpOf(random)
      clocksOf(site).gateway.set(offsetMs)
      return round % 3 === 1 ? clocksDiffer(site, offsetMs) : undefined
    },
    heal: async (site) => clocksOf(site).gateway.set(0),
  },
  {
    id: 'platform-clock-jumps',
    what: 'clock of the platform jumps by up to ten days, forward and back, and back again',
    site: { movableClocks: true, telemetry: 'embedded' },
    async strike(site, random, round) {
      const offsetMs = jumpOf(random)
      clocksOf(site).platform.set(offsetMs)
      return round % 3 === 1 ? clocksDiffer(site, -offsetMs) : undefined
    },
    heal: async (site) => clocksOf(site).platform.set(0),
  },
]
