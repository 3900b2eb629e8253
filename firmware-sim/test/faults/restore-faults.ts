import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Fault } from './fault.ts'
import type { Site } from './site.ts'
import { untilEmpty, untilNewsArrive } from './waits.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)

const archiveOf = ({ house }: Site) => join(house.data, 'backup.tar.gz')

/** The command that an operator types. */
async function command({ house }: Site, name: 'backup' | 'restore', ...args: readonly string[]) {
  const main = join(root, `platform/src/backup/${name}.main.ts`)
  const env = { PATH: process.env['PATH'], GATEHOUSE_DATA: house.data }
  await run(process.execPath, [main, ...args], { env })
}

async function backUp(site: Site) {
  await rm(archiveOf(site), { force: true })
  await command(site, 'backup', '--to', archiveOf(site))
}

const restore = (site: Site, part: 'platform' | 'gateway') =>
  command(site, 'restore', '--from', archiveOf(site), '--part', part, '--force')

/** The centre has more than the backup, and that is gone. */
const sinceBackupMs = [300, 1200] as const

export const restoreFaults: readonly Fault[] = [
  {
    id: 'platform-restored',
    what: 'platform killed and restored from a backup that was made under load and is older',
    lasts: [0, 100],
    async strike(site, random) {
      await backUp(site)
      await delay(random.int(...sinceBackupMs))
      await site.house.platform.kill()
      await restore(site, 'platform')
      return undefined
    },
    heal: async ({ house }) => {
      if (!house.platform.isRunning()) await house.startPlatform()
    },
  },
  {
    id: 'gateway-restored',
    what: 'gateway killed and restored from a backup that is older than what the centre has of it',
    lasts: [0, 100],
    async strike(site, random) {
      await backUp(site)
      await delay(random.int(...sinceBackupMs))
      await untilNewsArrive(site)
      // What only the gateway had would be gone with it.
      await untilEmpty(site)
      await site.house.gateway.kill()
      await restore(site, 'gateway')
      return undefined
    },
    async heal({ house, stream }) {
      if (!house.gateway.isRunning()) await house.startGateway()
      stream.resume()
    },
  },
]
