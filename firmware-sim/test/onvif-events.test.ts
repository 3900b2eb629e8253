import { expect, test, vi } from 'vitest'
import { first, post, soapEnvelope, startTestCameras, subscribe, usernameToken } from './onvif-cameras.ts'

const hour = 3_600_000

test('a client sees all states first and then what changes', async () => {
  const cameras = await startTestCameras()
  const pullPoint = await subscribe(cameras.addressOf('cam-1'))
  const initial = await pullPoint.pull()
  const pulled = pullPoint.pull()
  cameras.trigger('cam-1', 'motion', true)
  const changed = await pulled

  expect(initial.match(/PropertyOperation="Initialized"/g)).toHaveLength(4)
  expect(first(changed, 'Topic')).toBe('tns1:VideoSource/MotionAlarm')
  expect(changed).toContain('PropertyOperation="Changed"')
  expect(changed).toContain('<tt:SimpleItem Name="State" Value="true"/>')

  await pullPoint.synchronise()
  expect(await pullPoint.pull()).toContain('Name="State" Value="true"')
  await pullPoint.unsubscribe()
  expect(await pullPoint.pull()).toContain('wsrf-rw:ResourceUnknownFault')
})

test('a filter by topic keeps the rest away', async () => {
  const cameras = await startTestCameras()
  const topic = '<Filter><TopicExpression>tns1:VideoSource/GlobalSceneChange//.</TopicExpression></Filter>'
  const pullPoint = await subscribe(cameras.addressOf('cam-1'), { filter: topic })
  cameras.trigger('cam-1', 'motion', true)
  cameras.trigger('cam-1', 'tamper', true)

  const told = await pullPoint.pull()

  expect(told.match(/<wsnt:Topic /g)).toHaveLength(2)
  expect(told).not.toContain('MotionAlarm')
  const unknown = await subscribe(cameras.addressOf('cam-1'), {
    filter: '<Filter><MessageContent>x</MessageContent></Filter>',
  })
  expect(unknown.text).toContain('wsnt:InvalidFilterFault')
})

test('a subscription ends by itself unless it is renewed', async () => {
  const cameras = await startTestCameras()
  const short = await subscribe(cameras.addressOf('cam-1'), { lifetime: 'PT1S' })
  const renewed = await subscribe(cameras.addressOf('cam-1'), { lifetime: 'PT1S' })
  await renewed.renew('PT1M')
  await short.pull()
  // The pull outlives the subscription: it is answered when that ends.
  await short.pull('PT30S')

  expect(await short.pull()).toContain('wsrf-rw:ResourceUnknownFault')
  expect(await renewed.pull()).toContain('PullMessagesResponse')
  expect(cameras.status()[0]?.pullPoints).toBe(1)
})

test('times of subscriptions follow the clock of the camera', async () => {
  const cameras = await startTestCameras()
  const pullPoint = await subscribe(cameras.addressOf('cam-1'))
  const inAnHour = new Date(Date.now() + hour).toISOString()

  expect(first(await pullPoint.renew(inAnHour), 'TerminationTime')?.slice(0, 16)).toBe(inAnHour.slice(0, 16))
  expect(await pullPoint.renew('2020-01-01T00:00:00Z')).toContain('wsnt:UnacceptableTerminationTimeFault')
  expect(await pullPoint.renew('soon')).toContain('wsnt:UnacceptableTerminationTimeFault')
  const endless = await subscribe(cameras.addressOf('cam-1'), { lifetime: 'P365D' })
  expect(endless.text).toContain('wsnt:UnacceptableInitialTerminationTimeFault')
})

test('a camera has few pull points', async () => {
  const cameras = await startTestCameras({ rules: { maxPullPoints: 2 } })
  const address = cameras.addressOf('cam-1')
  const [one] = [await subscribe(address), await subscribe(address)]

  expect((await subscribe(address)).text).toContain('wsnt:SubscribeCreationFailedFault')
  await one.unsubscribe()
  expect((await subscribe(address)).address).toContain('/onvif/pull_point/')
})

test('a client that hangs up while it waits misses nothing', async () => {
  const cameras = await startTestCameras()
  const pullPoint = await subscribe(cameras.addressOf('cam-1'))
  await pullPoint.pull()
  const hangUp = new AbortController()
  const requests = () => cameras.status()[0]?.requests ?? 0
  const before = requests()
  const abandoned = post(
    pullPoint.address,
    soapEnvelope('<PullMessages><Timeout>PT30S</Timeout></PullMessages>', usernameToken()),
    hangUp.signal,
  )
  await vi.waitFor(() => expect(requests()).toBe(before + 1))
  hangUp.abort()
  await expect(abandoned).rejects.toThrow('aborted')
  // One more exchange, so that the camera has noticed.
  await post(cameras.addressOf('cam-1'), soapEnvelope('<GetHostname/>'))
  cameras.trigger('cam-1', 'motion', true)

  expect(await pullPoint.pull()).toContain('MotionAlarm')
})
