import mqtt from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { uplinkTopics } from '../src/contract/index.ts'
import { batch, createMemoryPlatform, openUplink, signIn } from './uplink-setup.ts'

const own = 'gw-1'
const foreign = ['gw-2', 'gw-unknown', '+', '$platform']
const topicsOf = (gatewayId: string) => [uplinkTopics.up(gatewayId), uplinkTopics.down(gatewayId)]
const outside = ['gh/v1/gateways', 'gh/v1/gateways/gw-1', 'gh/v1/gateways/gw-1/up/x', 'gh/v1/lane-1/command', '$SYS/x']
const everyTopic = [...topicsOf(own), ...foreign.flatMap(topicsOf), ...outside]
const everyFilter = [...everyTopic, '#', 'gh/#', uplinkTopics.allUp, `$share/g/${uplinkTopics.down(own)}`]

async function setup() {
  const platform = createMemoryPlatform()
  const uplink = await openUplink(platform)
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${uplink.port}`, signIn(own), false)
  client.on('error', () => undefined)
  onTestFinished(() => void client.end(true))
  return { platform, client }
}

test.each(everyTopic.filter((topic) => !topic.includes('+')))(
  'a gateway may publish to %s only if it is its own way up',
  async (topic) => {
    const { platform, client } = await setup()
    client.publish(topic, JSON.stringify(batch(1, 1)), { qos: 1 })
    if (topic === uplinkTopics.up(own)) await vi.waitFor(() => expect(platform.seqsOf(own)).toEqual([1]))
    else {
      await vi.waitFor(() => expect(client.connected).toBe(false))
      expect([own, ...foreign].flatMap(platform.seqsOf)).toEqual([])
    }
  },
)

test.each(everyFilter)('a gateway may subscribe to %s only if it is its own way down', async (filter) => {
  const { client } = await setup()
  const granted = await client.subscribeAsync(filter, { qos: 1 }).then(
    ([grant]) => (grant?.qos ?? 128) < 128,
    () => false,
  )
  expect(granted).toBe(filter === uplinkTopics.down(own))
})
