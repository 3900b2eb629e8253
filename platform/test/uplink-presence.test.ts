import mqtt, { type IClientOptions } from 'mqtt'
import { expect, test, vi } from 'vitest'
import { uplinkTopics } from '../src/contract/index.ts'
import { batch, connectGateway, createMemoryPlatform, hello, openUplink, signIn, useClient } from './uplink-setup.ts'

async function setup() {
  const platform = createMemoryPlatform()
  const uplink = await openUplink(platform)
  const gateway = await connectGateway(uplink.port, 'gw-1')
  return { platform, uplink, gateway }
}

test('a gateway that connects again takes over, and the last will of the old connection changes nothing', async () => {
  const { platform, uplink } = await setup()
  const will = (bootId: string) => ({
    will: {
      topic: uplinkTopics.up('gw-1'),
      payload: Buffer.from(JSON.stringify({ type: 'goodbye', bootId })),
      qos: 1 as const,
      retain: false,
    },
  })
  const old = await connectGateway(uplink.port, 'gw-1', will('boot-1'))
  await old.send(hello('boot-1'))
  const closed = old.closed()
  const fresh = await connectGateway(uplink.port, 'gw-1', will('boot-2'))
  await closed
  await fresh.send(hello('boot-2'))
  await vi.waitFor(() => expect(fresh.of('welcome')).toHaveLength(1))
  await fresh.send({ type: 'goodbye', bootId: 'boot-1' })
  await fresh.send(batch(1, 1))
  await vi.waitFor(() => expect(fresh.of('ack')).toHaveLength(1))
  expect(platform.online.get('gw-1')).toBe(true)

  fresh.client.stream.destroy()
  await vi.waitFor(() => expect(platform.online.get('gw-1')).toBe(false))
  expect(uplink.link.isOnline('gw-1')).toBe(false)
})

test('a gateway that falls silent is offline', async () => {
  const platform = createMemoryPlatform()
  const uplink = await openUplink(platform, { silentAfterMs: 200 })
  const gateway = await connectGateway(uplink.port, 'gw-1')
  await gateway.send(hello())
  await vi.waitFor(() => expect(platform.online.get('gw-1')).toBe(true))
  await vi.waitFor(() => expect(platform.online.get('gw-1')).toBe(false), { timeout: 4000 })
})

test('a clock of the platform that is set back hides nobody who falls silent', async () => {
  const platform = createMemoryPlatform()
  const clock = { ms: Date.now(), now: () => clock.ms }
  const uplink = await openUplink(platform, { clock, silentAfterMs: 200 })
  const gateway = await connectGateway(uplink.port, 'gw-1')
  await gateway.send(hello())
  await vi.waitFor(() => expect(platform.online.get('gw-1')).toBe(true))
  clock.ms -= 3_600_000
  await vi.waitFor(() => expect(platform.online.get('gw-1')).toBe(false), { timeout: 4000 })
})

test('a gateway that is cut off is gone, and may come back', async () => {
  const { platform, uplink, gateway } = await setup()
  const goodbye = { type: 'goodbye', bootId: 'boot-1' }
  const will = { topic: uplinkTopics.up('gw-1'), payload: Buffer.from(JSON.stringify(goodbye)), qos: 1, retain: false }
  const present = await connectGateway(uplink.port, 'gw-1', { will } as IClientOptions)
  const other = await connectGateway(uplink.port, 'gw-2')
  await present.send(hello())
  await other.send(hello())
  await vi.waitFor(() =>
    expect(platform.online).toEqual(
      new Map([
        ['gw-1', true],
        ['gw-2', true],
      ]),
    ),
  )
  const closed = present.closed()
  uplink.link.disconnect?.('gw-1')
  await closed
  await vi.waitFor(() => expect(platform.online.get('gw-1')).toBe(false))
  expect(gateway.client.connected).toBe(false)
  expect(other.client.connected).toBe(true)
  const again = await connectGateway(uplink.port, 'gw-1')
  await again.send(hello())
  await vi.waitFor(() => expect(again.of('welcome')).toHaveLength(1))
})

test('whoever was being let in with the old secret is cut off, too', async () => {
  const platform = createMemoryPlatform()
  const asked = Promise.withResolvers<undefined>()
  const answer = Promise.withResolvers<boolean>()
  const authenticate = () => {
    asked.resolve(undefined)
    return answer.promise
  }
  const uplink = await openUplink(platform, { registry: { ...platform.ports.registry, authenticate } })
  const { closed } = useClient(mqtt.connect(`mqtt://127.0.0.1:${uplink.port}`, signIn('gw-1')), 'gw-1')
  const gone = closed()
  await asked.promise
  uplink.link.disconnect?.('gw-1')
  answer.resolve(true)
  await gone
})
