import { expect, inject, test } from 'vitest'
import { createRandom } from '../../src/core/seeded-random.ts'
import type { FaultRow } from './fault.ts'
import { seriesOptions } from './settings.ts'
import { startSite, type Site } from './site.ts'
import { until } from './waits.ts'

const { weekRecords } = inject('faults')
const { seed } = seriesOptions()
const id = 'week-without-centre'

const deviceCount = 100
/** A device may send 100 messages a second; it makes no more than it can send. */
const keptPerDevice = 64
const acknowledgedPerSecond = 1000
const caughtUpPerSecond = 1000
const busyMs = 60_000

/** All events; what a week of telemetry does is the business of its spool. */
async function makeRecords({ devices }: Site, count: number) {
  let made = 0
  await until(
    `${count} records are acknowledged`,
    () => {
      for (const device of devices) {
        const under = device.events.length - device.acknowledgedEvents.size
        for (let free = keptPerDevice - under; free > 0 && made < count; free -= 1, made += 1) device.make('event')
      }
      return made === count && devices.every(({ isIdle }) => isIdle)
    },
    busyMs + (count / acknowledgedPerSecond) * 1000,
  )
}

const backlogOf = async (site: Site) => (await site.gateway()).backlog

test(
  `${id}: everything that happened meanwhile arrives once and in order, also when both servers die on the way`,
  { timeout: 3 * busyMs + (weekRecords / acknowledgedPerSecond + weekRecords / caughtUpPerSecond) * 1000 },
  async ({ task }) => {
    const site = await startSite({ devices: deviceCount, messagesPerSecond: 0 }, createRandom(`${seed}/${id}`))
    try {
      const { uplink } = site.wires
      await uplink.welcome('refuse')
      uplink.cut()
      const cutAt = performance.now()
      await until('the platform says that the gateway is away', async () => !(await site.gateway()).online, 5000)
      const toldMs = performance.now() - cutAt
      await makeRecords(site, weekRecords)

      await uplink.heal()
      const healedAt = performance.now()
      await until('the platform says how far behind it is', async () => (await backlogOf(site)) > 0, busyMs)
      await site.house.gateway.kill()
      await site.house.startGateway()
      await until('the gateway is back', async () => (await site.gateway()).online, busyMs)
      await site.house.platform.kill()
      await site.house.startPlatform()
      await until(
        'the platform has caught up',
        async () => {
          const { online, backlog } = await site.gateway()
          return online && backlog === 0
        },
        { withinMs: busyMs + (weekRecords / caughtUpPerSecond) * 1000, asked: 'everything' },
      )
      const recoveryMs = performance.now() - healedAt
      const { sent, acknowledged, stored, lost, doubled, outOfOrder, foreign } = await site.balance()
      const balance = { sent, acknowledged, stored, lost, doubled, outOfOrder, foreign }
      expect(balance).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0, foreign: 0, stored: balance.sent })
      const row: FaultRow = {
        ...{ id, what: 'centre away for a week of records, both servers killed while it catches up', rounds: 1, seed },
        ...{ ...balance, recoveryMs, toldMs },
      }
      task.meta.fault = row
    } finally {
      await site.close()
    }
  },
)
