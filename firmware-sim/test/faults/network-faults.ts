import type { Random } from '../../src/core/seeded-random.ts'
import type { Fault, Saying } from './fault.ts'
import { gatewayAway } from './process-faults.ts'
import { haste, type Site } from './site.ts'
import type { Direction, TcpProxy } from './tcp-proxy.ts'
import { until } from './waits.ts'

const gatewaySilentMs = haste.gatewaySilentS * 1000 + 3000
/** The keep-alive of the devices, half as long again, and the way of the news. */
const deviceMissedMs = 6000
/** News may still come over a connection that answers no more; both ends have given it up by then. */
const replacedMs = 15_000

const eitherWay = (random: Random): readonly Direction[] => random.pick([['up'], ['down'], ['up', 'down']] as const)

const everyDeviceAway = (site: Site): Saying => ({
  what: 'the platform says that the devices are away',
  isSaid: async () => (await site.listDevices()).every(({ online }) => !online),
  withinMs: deviceMissedMs,
})

const someDeviceAway = (site: Site): Saying => ({
  ...everyDeviceAway(site),
  isSaid: async () => (await site.listDevices()).some(({ online }) => !online),
})

/** A fault that hits no connection proves nothing. */
function hit(count: number) {
  if (count === 0) throw new Error('There was no connection to strike')
}

const heal = (wire: (site: Site) => TcpProxy) => (site: Site) => wire(site).heal()

/** What is half-open is noticed, and a new connection takes its place. */
const replaced = (wire: (site: Site) => TcpProxy, connections: (site: Site) => number) => (site: Site) =>
  until('half-open connections are replaced', () => wire(site).connections() >= connections(site), replacedMs)

export const networkFaults: readonly Fault[] = [
  {
    id: 'uplink-cut',
    what: 'uplink reset, and sometimes refused for a while',
    async strike(site, random, round) {
      const { uplink } = site.wires
      if (round % 2 === 0) await uplink.welcome('refuse')
      hit(random.chance(0.7) ? uplink.cut() : uplink.end())
      return round % 2 === 0 ? gatewayAway(site, 3000) : undefined
    },
    heal: heal(({ wires }) => wires.uplink),
  },
  {
    id: 'uplink-half-open',
    what: 'uplink half-open: bytes vanish in one or both directions, nobody is told',
    lasts: [500, 3500],
    async strike(site, random, round) {
      const { uplink } = site.wires
      // Long enough to be missed: then new connections lead nowhere, too.
      const isLong = round % 5 === 1
      if (isLong) await uplink.welcome('swallow')
      hit(uplink.freeze(...(isLong ? (['up', 'down'] as const) : eitherWay(random))))
      return isLong ? gatewayAway(site, gatewaySilentMs) : undefined
    },
    heal: heal(({ wires }) => wires.uplink),
    expectAfter: replaced(
      ({ wires }) => wires.uplink,
      () => 1,
    ),
  },
  {
    id: 'uplink-slow',
    what: 'uplink delayed up to 0.4 s and throttled to 2–20 kB/s',
    lasts: [500, 1500],
    async strike({ wires }, random) {
      wires.uplink.setWeather({
        delayMs: random.int(0, 300),
        jitterMs: random.int(0, 100),
        bytesPerSecond: random.int(2000, 20_000),
      })
      return undefined
    },
    heal: heal(({ wires }) => wires.uplink),
  },
  {
    id: 'devices-cut',
    what: 'connections of all devices reset; sometimes refused until they are missed',
    async strike(site, _random, round) {
      const { devices } = site.wires
      if (round % 3 === 0) await devices.welcome('refuse')
      hit(devices.cut())
      return round % 3 === 0 ? everyDeviceAway(site) : undefined
    },
    heal: heal(({ wires }) => wires.devices),
  },
  {
    id: 'devices-half-open',
    what: 'connections of all devices half-open; sometimes black-holed until they are missed',
    lasts: [300, 2500],
    async strike(site, random, round) {
      const { devices } = site.wires
      const isLong = round % 4 === 1
      if (isLong) await devices.welcome('swallow')
      hit(devices.freeze(...(isLong ? (['up', 'down'] as const) : eitherWay(random))))
      return isLong ? someDeviceAway(site) : undefined
    },
    heal: heal(({ wires }) => wires.devices),
    expectAfter: replaced(
      ({ wires }) => wires.devices,
      ({ devices }) => devices.length,
    ),
  },
  {
    id: 'devices-torn',
    what: 'bytes of devices cut and joined at random and late, connections overtaking each other',
    async strike({ wires }, random) {
      wires.devices.setWeather({
        isSplitting: true,
        jitterMs: random.int(0, 20),
        openWithinMs: random.int(0, 500),
      })
      if (random.chance(0.5)) hit(wires.devices.cut())
      return undefined
    },
    heal: heal(({ wires }) => wires.devices),
  },
  {
    id: 'telemetry-cut',
    what: 'way to InfluxDB reset, half-open in the midst of an answer, throttled, refused or black-holed',
    lasts: [300, 1500],
    async strike({ wires: { telemetry } }, random) {
      const strikes = [
        async () => void telemetry.cut(),
        async () => void telemetry.freeze('down'),
        async () => void telemetry.freeze('up', 'down'),
        async () => telemetry.setWeather({ bytesPerSecond: random.int(500, 5000), isSplitting: true }),
        async () => {
          await telemetry.welcome(random.pick(['refuse', 'swallow'] as const))
          telemetry.cut()
        },
      ]
      await random.pick(strikes)()
      return undefined
    },
    heal: heal(({ wires }) => wires.telemetry),
  },
]
