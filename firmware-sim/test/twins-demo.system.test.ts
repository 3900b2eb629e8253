import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startDemo } from '../src/demo/demo.ts'
import { createPlatformClient } from '../src/demo/platform-client.ts'
import { demoUsernames } from '../src/demo/provision.ts'
import type { DemoSettings } from '../src/demo/settings.ts'

/** The lowest of `count` neighbouring ports that are free now. */
async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const servers = [createServer()]
    const listen = (port: number) =>
      new Promise<number>((resolve, reject) => {
        const server = servers.at(-1)
        server?.once('error', reject)
        server?.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
      })
    try {
      const first = await listen(0)
      for (let port = first + 1; port < first + count; port += 1) {
        servers.push(createServer())
        await listen(port)
      }
      return first
    } catch {
      // A neighbour is taken: try elsewhere.
    } finally {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    }
  }
  throw new Error('There are no free ports')
}

async function setup(): Promise<DemoSettings> {
  const data = await mkdtemp(join(tmpdir(), 'demo-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const port = await freePorts(10)
  return {
    root: join(import.meta.dirname, '../..'),
    data,
    ports: { http: port, uplink: port + 1, mqtt: port + 2, gatewayHttp: port + 3, camera: port + 4, vite: 5173 },
    password: undefined,
    isDev: false,
    env: {},
  }
}

const run = (settings: DemoSettings) =>
  startDemo({
    settings,
    onStep: () => undefined,
    onFailure: ({ name, reason, lastLines }) => {
      throw new Error([`${name} ended (${reason})`, ...lastLines].join('\n'))
    },
    signal: new AbortController().signal,
  })

interface ListedDevice {
  readonly online: boolean
}
interface ListedAlert {
  readonly type: string
  readonly picture?: string
}

async function signedIn(url: string, username: string, password: string) {
  const client = createPlatformClient(url)
  await client.call('POST', '/api/session', { username, password })
  return client
}

test('the demo comes alive, lets every role in, shows its first alerts with pictures, takes its first payment, and resumes', async () => {
  const settings = await setup()
  const demo = await run(settings)
  const stopped = { done: false }
  onTestFinished(async () => {
    if (!stopped.done) await demo.stop()
  })
  for (const username of demoUsernames) await signedIn(demo.url, username, demo.password)

  const guard = await signedIn(demo.url, 'guard', demo.password)
  const devices = async () => (await guard.call('GET', '/api/devices')) as ListedDevice[]
  await vi.waitFor(async () => expect((await devices()).filter(({ online }) => online)).toHaveLength(20), {
    timeout: 60_000,
    interval: 500,
  })
  const alerts = async () => (await guard.call('GET', '/api/alerts')) as ListedAlert[]
  await vi.waitFor(
    async () => {
      const refused = (await alerts()).find(({ type }) => type === 'parking.entry-refused')
      expect(refused?.picture).toMatch(/^[0-9a-f]{64}$/)
    },
    { timeout: 60_000, interval: 500 },
  )
  const property = await signedIn(demo.url, 'property', demo.password)
  await vi.waitFor(async () => expect(await property.call('GET', '/api/parking/payments?state=paid')).not.toEqual([]), {
    timeout: 90_000,
    interval: 1000,
  })
  await demo.stop()
  stopped.done = true

  const again = await run(settings)
  onTestFinished(() => again.stop())
  expect(again.password).toBe(demo.password)
  const later = await signedIn(again.url, 'guard', again.password)
  const resumed = (await later.call('GET', '/api/alerts')) as ListedAlert[]
  expect(resumed.map(({ type }) => type)).toContain('parking.entry-refused')
  expect(resumed.map(({ type }) => type)).not.toContain('devices.offline')
}, 300_000)
