import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/core/seeded-random.ts'
import type { Fault } from './fault.ts'
import type { Site } from './site.ts'
import { rot, spoilWal, tearSpool, tearWal } from './torn-files.ts'
import { untilEmpty } from './waits.ts'

const disksOf = ({ disks }: Site) => {
  if (!disks) throw new Error('The site has no disks of its own')
  return disks
}

function tearPlatform({ folders }: Site, random: Random) {
  const telemetry = join(folders.platform, 'telemetry')
  for (const name of readdirSync(telemetry).filter((file) => file.endsWith('-wal')))
    tearWal(join(telemetry, name), random)
  tearWal(join(folders.platform, 'platform.sqlite-wal'), random)
}

function tearGateway({ folders }: Site, random: Random) {
  tearWal(join(folders.gateway, 'state.db-wal'), random)
  tearSpool(join(folders.gateway, 'telemetry'), random)
}

async function goOn({ house, stream }: Site) {
  if (!house.gateway.isRunning()) await house.startGateway()
  stream.resume()
}

export const storageFaults: readonly Fault[] = [
  {
    id: 'gateway-disk-full',
    what: 'disk of the gateway full to the last byte, then freed',
    site: { smallDisks: true },
    lasts: [300, 1500],
    async strike(site) {
      disksOf(site).gateway.fill(site.house.gateway)
      return undefined
    },
    heal: async (site) => disksOf(site).gateway.free(site.house.gateway),
  },
  {
    id: 'platform-disk-full',
    what: 'disk of the platform full to the last byte (SQLite, embedded telemetry store), then freed',
    site: { smallDisks: true, telemetry: 'embedded' },
    lasts: [300, 1500],
    async strike(site) {
      disksOf(site).platform.fill(site.house.platform)
      return undefined
    },
    heal: async (site) => disksOf(site).platform.free(site.house.platform),
  },
  {
    id: 'gateway-files-torn',
    what: 'gateway crashes and leaves half-written ends in its database log and its telemetry spool',
    lasts: [0, 200],
    async strike(site, random) {
      await site.house.gateway.kill()
      tearGateway(site, random)
      return undefined
    },
    heal: ({ house }) => house.startGateway(),
  },
  {
    id: 'platform-files-torn',
    what: 'platform crashes and leaves half-written ends in the logs of its database and its telemetry store',
    site: { telemetry: 'embedded' },
    lasts: [0, 200],
    async strike(site, random) {
      await site.house.platform.kill()
      tearPlatform(site, random)
      return undefined
    },
    heal: ({ house }) => house.startPlatform(),
  },
  {
    id: 'gateway-files-rotten',
    what: 'bits rot in every file of a gateway that was killed; the centre has everything',
    lasts: [0, 100],
    async strike(site, random) {
      await untilEmpty(site)
      const { house, folders } = site
      await house.gateway.kill()
      const telemetry = join(folders.gateway, 'telemetry')
      const files = [
        ...['state.db', 'state.db-wal'].map((name) => join(folders.gateway, name)),
        ...readdirSync(telemetry).map((name) => join(telemetry, name)),
      ]
      for (const file of files) rot(file, random, random.int(0, 20))
      return undefined
    },
    heal: goOn,
  },
  {
    id: 'gateway-falls-back',
    what: 'database of a killed gateway falls back to an older state; it gives numbers again before the centre is back',
    lasts: [300, 1500],
    async strike(site) {
      await untilEmpty(site)
      const { house, folders, wires, stream } = site
      await wires.uplink.welcome('refuse')
      await house.gateway.kill()
      spoilWal(join(folders.gateway, 'state.db-wal'))
      await house.startGateway()
      stream.resume()
      return undefined
    },
    async heal(site) {
      await goOn(site)
      await site.wires.uplink.heal()
    },
  },
]
