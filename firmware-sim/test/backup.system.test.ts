import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { listGateways } from '@gatehouse/platform/contract'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { gatewayId, type House } from './house/house.ts'
import { startLoad, type Load } from './house/load.ts'
import { setupHouse } from './house/setup.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)
const deviceIds = ['lane-0', 'lane-1']
/** Others, so that no event of the second stream bears the name of one in the first. */
const later = ['lane-2', 'lane-3']
const wait = { timeout: 60_000, interval: 200 }

async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-backup-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const house = await setupHouse({
    devices: Object.fromEntries(
      [...deviceIds, ...later].map((deviceId) => [deviceId, { kind: 'barrier', settings: { direction: 'in' } }]),
    ),
  })
  const file = join(folder, 'backup.tar.gz')
  const command = async (name: 'backup' | 'restore', ...args: string[]) => {
    const main = join(root, `platform/src/backup/${name}.main.ts`)
    const env = { PATH: process.env['PATH'], GATEHOUSE_DATA: house.data }
    const { stdout } = await run(process.execPath, [main, ...args], { env })
    return JSON.parse(stdout) as { platform?: { gateways: { lastSeq: number }[] }; gateway?: { lastSeq: number } }
  }
  const load = await startLoad({ mqttPort: house.mqttPort(), deviceIds, messagesPerSecond: 200 })
  return {
    ...{ house, load },
    backup: () => command('backup', '--to', file),
    restore: (part: 'platform' | 'gateway') => command('restore', '--from', file, '--part', part, '--force'),
  }
}

const more = async (load: Load, messages: number) => {
  const target = load.count() + messages
  await vi.waitFor(() => expect(load.count()).toBeGreaterThan(target), wait)
}

/** Events of devices as the platform has stored them, in its own order. */
function storedEvents(house: House): string[] {
  const database = new Database(join(house.data, 'platform/platform.sqlite'), { readonly: true })
  const rows = database
    .prepare<[string], string>(
      `select json_extract(body, '$.eventId') from area_events
       where gateway_id = ? and type = 'parking.vehicle-passed' order by epoch, seq`,
    )
    .pluck()
    .all(gatewayId)
  database.close()
  return rows
}

const acknowledgedEvents = ({ acknowledged }: Load) => [...acknowledged.events.values()].flat()

async function expectAllStoredOnce(house: House, load: Load) {
  await vi.waitFor(() => {
    const stored = new Set(storedEvents(house))
    expect(acknowledgedEvents(load).filter((name) => !stored.has(name))).toEqual([])
  }, wait)
  const stored = storedEvents(house)
  expect(stored.length, 'nothing stands twice').toBe(new Set(stored).size)
}

const gatewayIsIdle = (house: House) =>
  vi.waitFor(async () => {
    const gateways = await house.admin.call(listGateways, {})
    expect(gateways).toMatchObject([{ online: true, backlog: 0 }])
  }, wait)

test(
  'a platform restored from an older backup gets from its gateways what it has forgotten: nothing is lost or doubled',
  { timeout: 240_000 },
  async () => {
    const { house, load, backup, restore } = await setup()
    await more(load, 400)
    const { platform } = await backup()
    await more(load, 600)
    const known = storedEvents(house).length
    await house.platform.stop()
    const restored = await restore('platform')
    expect(restored.platform?.gateways[0]?.lastSeq).toBe(platform?.gateways[0]?.lastSeq)
    expect(storedEvents(house).length, 'it has forgotten some').toBeLessThan(known)

    await house.startPlatform()
    await more(load, 200)
    await load.finish()
    expect(acknowledgedEvents(load).length).toBeGreaterThan(known)
    await expectAllStoredOnce(house, load)
  },
)

test(
  'a gateway restored from an older backup gives no number a second meaning: nothing of both is lost or doubled',
  { timeout: 240_000 },
  async () => {
    const { house, load, backup, restore } = await setup()
    await more(load, 400)
    expect((await backup()).gateway?.lastSeq).toBeGreaterThan(50)
    await more(load, 600)
    await load.finish()
    await gatewayIsIdle(house)
    await house.gateway.stop()
    await restore('gateway')

    await house.startGateway()
    const again = await startLoad({ mqttPort: house.mqttPort(), deviceIds: later, messagesPerSecond: 200 })
    await more(again, 300)
    await again.finish()
    expect(acknowledgedEvents(again).length).toBeGreaterThan(50)
    await expectAllStoredOnce(house, load)
    await expectAllStoredOnce(house, again)
    await gatewayIsIdle(house)
  },
)
