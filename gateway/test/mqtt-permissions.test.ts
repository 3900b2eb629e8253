import { expect, test } from 'vitest'
import { downChannels, topics, upChannels } from '../src/protocol/index.ts'
import { closed, startTestBroker } from './broker-setup.ts'

const own = 'lane-1'
/** Another device of the compound, one that does not exist, and names that try to be more than a name. */
const foreign = ['lane-2', 'lane-9', '+', '#', '..', 'LANE-1', 'lane-1/lane-1']
const channels = [...upChannels, ...downChannels]

/** One topic of every channel for the device itself and for every stranger, and what lies outside the protocol. */
const topicsOf = (deviceId: string) => channels.map((channel) => topics[channel](deviceId))
const outside = ['gh/v1', 'gh/v1/lane-1', 'gh/v2/lane-1/event', 'gh/v1/lane-1/event/x', '/gh/v1/lane-1/event', '$SYS/x']
const mayPublish = new Set(upChannels.map((channel) => topics[channel](own)))
const maySubscribe = new Set(downChannels.map((channel) => topics[channel](own)))

const everyTopic = [...topicsOf(own), ...foreign.flatMap(topicsOf), ...outside]
const everyFilter = [...everyTopic, '#', '+/+/+/command', 'gh/#', 'gh/v1/lane-1/#', `$share/g/${topics.command(own)}`]
const isTopicName = (topic: string) => !/[+#]/.test(topic)

test.each(everyTopic.filter(isTopicName))(
  'publishing to %s is allowed exactly if the protocol says so',
  async (topic) => {
    const { front, device } = await startTestBroker()
    const lane = await device(own)
    const payload = topic === topics.status(own) ? 'online' : '{}'
    const sent = lane.publishAsync(topic, payload, { qos: 1 })
    if (mayPublish.has(topic)) {
      await sent
      expect(front.accept).toHaveBeenCalledTimes(1)
    } else {
      sent.catch(() => undefined)
      await closed(lane)
      expect(front.accept).not.toHaveBeenCalled()
    }
  },
)

test.each(everyFilter)('subscribing to %s is allowed exactly if the protocol says so', async (filter) => {
  const { device } = await startTestBroker()
  const lane = await device(own)
  const granted = await lane.subscribeAsync(filter, { qos: 1 }).then(
    ([grant]) => (grant?.qos ?? 128) < 128,
    () => false,
  )
  expect(granted).toBe(maySubscribe.has(filter))
})
