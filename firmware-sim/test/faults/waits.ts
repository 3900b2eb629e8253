import { setTimeout as delay } from 'node:timers/promises'
import type { Site } from './site.ts'

const recoverWithinMs = 40_000
const emptyWithinMs = 20_000

/** To ask often costs the servers, and whoever else is there, more than what is waited for. */
const askEveryMs = { anybody: 25, database: 100, everything: 250 }

/** Asks again and again until it is so: in memory and over HTTP, in a database, or for all that was ever stored. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limit: number | { readonly withinMs: number; readonly asked: keyof typeof askEveryMs },
): Promise<void> {
  const { withinMs, asked } = typeof limit === 'number' ? { withinMs: limit, asked: 'anybody' as const } : limit
  const deadline = performance.now() + withinMs
  let problem: unknown
  while (performance.now() < deadline) {
    try {
      if (await isSo()) return
      problem = undefined
    } catch (error) {
      problem = error // nobody answers yet
    }
    await delay(askEveryMs[asked])
  }
  throw new Error(`Not within ${withinMs / 1000} s: ${what}`, { cause: problem })
}

/** News of every device, made from now on, arrive at the centre. */
export async function untilNewsArrive({ devices, centre }: Site): Promise<void> {
  const before = new Map(devices.map(({ deviceId, events }) => [deviceId, events.length]))
  await until(
    'news of every device are at the centre',
    async () => {
      const newest = await centre.newestEvents()
      const missing = devices.filter(({ deviceId }) => (newest.get(deviceId) ?? 0) <= (before.get(deviceId) ?? 0))
      if (missing.length === 0) return true
      throw new Error(
        missing.map((device) => `${device.state}, at the centre ${newest.get(device.deviceId)}`).join('\n'),
      )
    },
    { withinMs: recoverWithinMs, asked: 'database' },
  )
}

/** The gateway holds nothing that the centre does not have. */
export async function untilEmpty(site: Site) {
  site.stream.pause()
  await until('the devices have nothing left', () => site.devices.every(({ isIdle }) => isIdle), emptyWithinMs)
  await until(
    'everything is at the centre',
    async () => {
      const balance = await site.balance()
      if (balance.lost > 0 || balance.stored !== balance.sent) throw new Error(JSON.stringify(balance))
      return true
    },
    { withinMs: emptyWithinMs, asked: 'everything' },
  )
}
