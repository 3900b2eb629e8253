import { expect, onTestFinished, test, vi } from 'vitest'
import { createOnvifConnect } from '../src/adapters/onvif/connect.ts'
import type { OnvifEvent } from '../src/core/ports.ts'
import { fault, fixture, startFakeCamera, type Heard, type Reply } from './fixtures/onvif/fake-camera.ts'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const subscriptionId = /SubscriptionId [^>]*IsReferenceParameter="true"[^>]*>([^<]*)</

const motion = (value: boolean, operation = 'Changed') =>
  fixture('notification.xml', {
    topic: 'tns1:RuleEngine/CellMotionDetector/Motion/.',
    time: new Date().toISOString(),
    operation,
    item: 'IsMotion',
    value: String(value),
  })

/** The event service of one camera: real subscriptions with ids, long polls, and the faults that a test wants. */
function eventService(grantedSeconds = 600) {
  const queue: string[] = []
  const waiting = new Set<() => void>()
  const service = { id: 0, isKnown: true, renewable: true, synchronizes: true, granted: grantedSeconds }
  const gone = fault('wsrf-rw:ResourceUnknownFault', 'unknown', 500)
  const answer = (name: string): Reply => ({ body: fixture('empty-response.xml', { name }) })
  const isCurrent = ({ body }: Heard) => service.isKnown && subscriptionId.exec(body)?.[1] === String(service.id)

  const drain = (): Reply => ({ body: fixture('pull-messages.xml', { notifications: queue.splice(0).join('') }) })
  const answers = {
    CreatePullPointSubscription: (): Reply => {
      service.id += 1
      service.isKnown = true
      const termination = new Date(Date.UTC(2030, 0, 1) + service.granted * 1000).toISOString()
      return {
        body: fixture('create-pull-point.xml', { handed: 'http://192.0.2.1', id: String(service.id), termination }),
      }
    },
    SetSynchronizationPoint: (heard: Heard): Reply => {
      if (!service.synchronizes) return fault('ter:ActionNotSupported')
      if (!isCurrent(heard)) return gone
      queue.push(motion(false, 'Initialized'))
      return answer('SetSynchronizationPoint')
    },
    PullMessages: async (heard: Heard): Promise<Reply> => {
      if (!isCurrent(heard)) return gone
      if (queue.length === 0) await new Promise<void>((resolve) => waiting.add(resolve))
      return service.isKnown ? drain() : gone
    },
    Renew: (heard: Heard): Reply => {
      if (!service.renewable) return fault('ter:ActionNotSupported')
      return isCurrent(heard) ? answer('Renew') : gone
    },
    Unsubscribe: (heard: Heard): Reply => {
      service.isKnown = false
      return isCurrent(heard) ? answer('Unsubscribe') : gone
    },
  }
  const wake = () => {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }
  return {
    service,
    answers,
    wake,
    emit(...notifications: string[]) {
      queue.push(...notifications)
      wake()
    },
    lose() {
      service.isKnown = false
      wake()
    },
  }
}

async function setup(events = eventService()) {
  const fake = await startFakeCamera({ answers: events.answers, handed: 'http://192.0.2.1' })
  const connect = createOnvifConnect({
    networks: ['127.0.0.0/8'],
    counter: { refused: () => undefined },
    logger: quiet,
    timing: { retryMs: 20, checkMs: 500, livenessMs: 200 },
  })
  const session = await connect({
    address: fake.address,
    username: fake.setup.username,
    password: fake.setup.password,
    onClockDrift: () => undefined,
  })
  onTestFinished(() => session.close())
  onTestFinished(events.wake)
  const received: OnvifEvent[] = []
  const states: string[] = []
  const watch = () =>
    session.watch(
      (event) => received.push(event),
      (state) => states.push(state),
    )
  return { fake, events, session, received, states, watch }
}

test('events arrive with topic, operation, time and values, first the states as they are', async () => {
  const { events, received, states, watch } = await setup()
  watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  expect(received[0]).toMatchObject({ operation: 'Initialized', values: { IsMotion: 'false' } })
  events.emit(motion(true))
  await vi.waitFor(() => expect(received).toHaveLength(2))
  expect(received[1]).toMatchObject({
    topic: 'tns1:RuleEngine/CellMotionDetector/Motion',
    operation: 'Changed',
    values: { IsMotion: 'true', VideoSourceConfigurationToken: '1', Rule: 'R&1' },
  })
  expect(Math.abs((received[1]?.at ?? 0) - Date.now())).toBeLessThan(2000)
  expect(states).toEqual(['live'])
})

test('every request to the subscription carries its parameters, its address and an id', async () => {
  const { fake, received, watch } = await setup()
  watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  const pulls = fake.heard.filter(({ operation }) => /PullMessages|SetSynchronizationPoint/.test(operation))
  expect(pulls.length).toBeGreaterThan(1)
  for (const { body, path } of pulls) {
    expect(path).toBe('/onvif/services?sub=1&x=2')
    expect(subscriptionId.exec(body)?.[1]).toBe('1')
    expect(body).toContain('xmlns:dom0="http://www.axis.com/2009/event"')
    expect(body).toMatch(/<wsa:MessageID>urn:uuid:[0-9a-f-]{36}<\/wsa:MessageID>/)
    expect(body).toContain(`<wsa:To s:mustUnderstand="1">${fake.origin()}/onvif/services?sub=1&#38;x=2</wsa:To>`)
  }
  expect(pulls[0]?.body).not.toContain('192.0.2.1')
  expect(fake.heard.find(({ operation }) => operation === 'CreatePullPointSubscription')?.body).toContain('PT600S')
})

test('a subscription that the camera forgot is stale until the next one is live', async () => {
  const { fake, events, received, states, watch } = await setup()
  watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  events.lose()
  await vi.waitFor(() => expect(states).toEqual(['live', 'stale', 'live']))
  await vi.waitFor(() => expect(received).toHaveLength(2))
  events.emit(motion(true))
  await vi.waitFor(() => expect(received).toHaveLength(3))
  expect(fake.count('CreatePullPointSubscription')).toBe(2)
})

test('a connection that is cut once is no loss', async () => {
  const { fake, events, received, states, watch } = await setup()
  watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  await fake.stop()
  await fake.startAgain()
  events.emit(motion(true))
  await vi.waitFor(() => expect(received).toHaveLength(2), { timeout: 5000 })
  expect(states).toEqual(['live'])
  expect(fake.count('CreatePullPointSubscription')).toBe(1)
})

test('a camera that restarts is stale meanwhile and live again by itself', async () => {
  const { fake, events, received, states, watch } = await setup()
  watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  events.service.isKnown = false
  await fake.stop()
  await vi.waitFor(() => expect(states).toEqual(['live', 'stale']), { timeout: 5000 })
  await fake.startAgain()
  await vi.waitFor(() => expect(states).toEqual(['live', 'stale', 'live']), { timeout: 10_000 })
})

test('a subscription is renewed after 80 % of what the camera granted', async () => {
  const { fake, events, watch, states } = await setup(eventService(5))
  const begun = Date.now()
  watch()
  const keepEmitting = setInterval(() => events.emit(motion(true)), 200)
  onTestFinished(() => clearInterval(keepEmitting))
  await vi.waitFor(() => expect(fake.count('Renew')).toBe(1), { timeout: 8000 })
  const renewedAt = fake.heard.find(({ operation }) => operation === 'Renew')?.at ?? 0
  expect(renewedAt - begun).toBeGreaterThan(3900)
  expect(renewedAt - begun).toBeLessThan(5000)
  expect(fake.heard.filter(({ operation }) => operation === 'PullMessages')[0]?.body).toMatch(/<Timeout>PT[1-4]S/)
  expect(states).toEqual(['live'])
})

test('a camera that cannot renew gets a second subscription, without a gap', async () => {
  const events = eventService(5)
  events.service.renewable = false
  const { fake, received, watch, states } = await setup(events)
  watch()
  const keepEmitting = setInterval(() => events.emit(motion(true)), 200)
  onTestFinished(() => clearInterval(keepEmitting))
  await vi.waitFor(() => expect(fake.count('CreatePullPointSubscription')).toBe(2), { timeout: 8000 })
  const before = received.length
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(before))
  expect(states).toEqual(['live'])
  expect(fake.count('Unsubscribe')).toBe(0)
})

test('a camera that cannot synchronize is live all the same', async () => {
  const events = eventService()
  events.service.synchronizes = false
  const { received, watch, states } = await setup(events)
  watch()
  await vi.waitFor(() => expect(states).toEqual(['live']))
  events.emit(motion(true))
  await vi.waitFor(() => expect(received).toHaveLength(1))
})

test('an event service that was only announced is stale, tried again, and told once', async () => {
  const events = eventService()
  const notFound = vi.fn((): Reply => ({ status: 404, body: 'not here' }))
  const { fake, watch, states } = await setup(events)
  fake.setup.answers.CreatePullPointSubscription = notFound
  watch()
  await vi.waitFor(() => expect(notFound.mock.calls.length).toBeGreaterThan(2), { timeout: 5000 })
  expect(states).toEqual(['stale'])
})

test('a camera that answers at once without events is not asked without a rest', async () => {
  const events = eventService()
  const { fake, watch } = await setup(events)
  const empty = fixture('pull-messages.xml')
  fake.setup.answers.PullMessages = () => ({ body: empty })
  watch()
  await vi.waitFor(() => expect(fake.count('PullMessages')).toBeGreaterThan(4))
  const times = fake.heard.filter(({ operation }) => operation === 'PullMessages').map(({ at }) => at)
  expect((times[4] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(180)
})

test('a listener that throws does not cost the subscription', async () => {
  const { events, session, states } = await setup()
  let calls = 0
  session.watch(
    () => {
      calls += 1
      throw new Error('a fault of ours')
    },
    (state) => states.push(state),
  )
  await vi.waitFor(() => expect(calls).toBe(1))
  events.emit(motion(true), motion(false))
  await vi.waitFor(() => expect(calls).toBe(3))
  expect(states).toEqual(['live'])
})

test('stopping ends the long poll at once and the subscription in the camera', async () => {
  const { fake, received, watch, events } = await setup()
  const stop = watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  const begun = Date.now()
  await stop()
  expect(Date.now() - begun).toBeLessThan(2000)
  expect(fake.count('Unsubscribe')).toBe(1)
  events.emit(motion(true))
  expect(received).toHaveLength(1)
})

test('closing the session ends what still watches', async () => {
  const { fake, received, watch, session } = await setup()
  watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  await session.close()
  expect(fake.count('Unsubscribe')).toBe(1)
})

test('a refused sign-in is not repeated at once: the camera would lock its user out', async () => {
  const { fake, watch, states } = await setup()
  fake.setup.answers.CreatePullPointSubscription = () => fault('ter:NotAuthorized')
  watch()
  await vi.waitFor(() => expect(states).toEqual(['stale']))
  const asked = fake.count('CreatePullPointSubscription')
  const clockReadings = fake.count('GetSystemDateAndTime')
  // The camera is looked after meanwhile, so time does pass.
  await vi.waitFor(() => expect(fake.count('GetSystemDateAndTime')).toBeGreaterThan(clockReadings + 2), {
    timeout: 5000,
  })
  expect(fake.count('CreatePullPointSubscription')).toBe(asked)
})

test('a subscription without an address is none', async () => {
  const { fake, watch, states } = await setup()
  fake.setup.answers.CreatePullPointSubscription = () => ({
    body: fixture('empty-response.xml', { name: 'CreatePullPointSubscription' }),
  })
  watch()
  await vi.waitFor(() => expect(states).toEqual(['stale']))
})

test('a camera that does not take leave does not keep the gateway from closing', async () => {
  const { fake, received, session, watch } = await setup()
  watch()
  await vi.waitFor(() => expect(received).toHaveLength(1))
  fake.setup.answers.Unsubscribe = () => fault('ter:ActionNotSupported')
  await expect(session.close()).resolves.toBeUndefined()
})
