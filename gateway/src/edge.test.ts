import type { Permit, Person } from '@gatehouse/platform/contract'
import { describe, expect, test, vi } from 'vitest'
import { memoryStore, setupEdge, startTime } from '../test/fakes.ts'
import { storeUnavailable } from './errors.ts'

const permits: Permit[] = [
  { plate: '沪A12345', kind: 'monthly', holder: 'Li' },
  { plate: '沪B·88888', kind: 'visitor', holder: 'Wang', validUntil: startTime + 60_000 },
  { plate: '沪C66666', kind: 'blacklist', holder: '' },
]
const parking = { parking: { permits } }
const plate = (text: string, more: object = {}) => ({
  type: 'plate',
  plate: text,
  colour: 'blue',
  confidence: 97,
  ...more,
})
const picture = 'ab'.repeat(32)

describe('lanes', () => {
  test('a known plate is let in, told once and greeted', async () => {
    const { happen, opsOf, told, sent } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪A12345', { picture }))

    await vi.waitFor(() => expect(opsOf('lane-in')).toEqual(['open', 'display']))
    expect(sent[1]).toMatchObject({ lines: ['沪A12345', '月租车辆，欢迎光临'] })
    expect(told('parking.entry-opened')).toMatchObject([
      { deviceId: 'lane-in', at: startTime, body: { rule: 'monthly', matchedPlate: '沪A12345', picture } },
    ])
  })

  test('decision and event are one commit with the cause', async () => {
    const { happen, memory } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪A12345', { id: 'p-1' }))
    const commit = memory.commits.find(({ cause }) => cause === 'lane-in/p-1')
    expect(commit?.events).toHaveLength(1)
    expect(commit?.state).toMatchObject([
      { area: 'parking', key: 'lane:lane-in', value: { openings: [{ plate: '沪A12345' }] } },
    ])
  })

  test('an unknown plate is told why it is refused, and stays outside', async () => {
    const { happen, opsOf, sent, told } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪D00001', { picture }))
    await vi.waitFor(() => expect(opsOf('lane-in')).toEqual(['display']))
    expect(sent[0]).toMatchObject({ lines: ['沪D00001', '未登记车辆，请联系物业或按求助键'] })
    expect(told('parking.entry-refused')[0]?.body).toMatchObject({ decision: 'refuse', rule: 'unknown', picture })
  })

  test.each([
    ['marked as replayed', { replayed: true }],
    ['that waited for an hour', { at: startTime - 3_600_000 }],
  ])('an event %s is history: stored as late, and nothing moves', async (_name, more) => {
    const { happen, sent, told } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪A12345', more))
    expect(told('parking.entry-opened')).toMatchObject([{ late: true }])
    expect(sent).toEqual([])
  })

  test('a lane whose clock is slow still opens', async () => {
    const { happen, say, opsOf, time } = await setupEdge({ desired: parking })
    const slow = time.now - 3_600_000
    await say('lane-in', 'report', { at: slow, seq: 1, arm: 'closed', loop: false, temperatureCelsius: 20 })
    await happen('lane-in', plate('沪A12345', { at: slow + 1000 }))
    await vi.waitFor(() => expect(opsOf('lane-in')).toContain('open'))
  })

  test('the same message again changes nothing', async () => {
    const { happen, opsOf, told } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪A12345', { id: 'p-1' }))
    await happen('lane-in', { id: 'x', type: 'reversed' })
    await happen('lane-in', plate('沪A12345', { id: 'p-1' }))
    await vi.waitFor(() => expect(opsOf('lane-in')).toEqual(['open', 'display']))
    expect(told('parking.entry-opened')).toHaveLength(1)
  })

  test('a second read of the waiting car is no second car', async () => {
    const { happen, told, opsOf, time } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪A12345'))
    time.now += 3000
    await happen('lane-in', plate('沪A12345'))
    expect(told('parking.entry-opened')).toHaveLength(1)
    await vi.waitFor(() => expect(opsOf('lane-in')).toEqual(['open', 'display']))
  })

  test('a read that could not be stored counts when it comes again', async () => {
    const { happen, told, memory } = await setupEdge({ desired: parking })
    memory.failNext(storeUnavailable('disk full'))
    await expect(happen('lane-in', plate('沪A12345', { id: 'p-1' }))).rejects.toThrow('disk full')
    await happen('lane-in', plate('沪A12345', { id: 'p-1' }))
    expect(told('parking.entry-opened')).toHaveLength(1)
  })

  test('an arm that did not move opens at the next read', async () => {
    const { happen, told, answerWith, sent, time } = await setupEdge({ desired: parking })
    answerWith(() => ({ ok: false, code: 'ARM_BLOCKED' }))
    await happen('lane-in', plate('沪A12345'))
    await vi.waitFor(() => expect(sent).toHaveLength(2))
    time.now += 1000
    await vi.waitFor(async () => {
      await happen('lane-in', plate('沪A12345'))
      expect(told('parking.entry-opened').length).toBeGreaterThan(1)
    })
  })

  test('an arm that does not obey is told once, although the car is read again and again', async () => {
    const { happen, told, answerWith, sent, time } = await setupEdge({ desired: parking })
    answerWith(({ op }) =>
      op === 'open' ? { ok: false, code: 'ARM_BLOCKED', message: 'Something is in the way' } : { ok: true },
    )
    await happen('lane-in', plate('沪A12345', { id: 'p-1' }))
    await vi.waitFor(() => expect(told('devices.command-failed')).toHaveLength(1))
    const body = { name: 'open', code: 'ARM_BLOCKED', message: 'Something is in the way', cause: 'lane-in/p-1' }
    expect(told('devices.command-failed')).toMatchObject([{ deviceId: 'lane-in', body }])
    time.now += 5000
    await happen('lane-in', plate('沪A12345'))
    await vi.waitFor(() => expect(sent.filter(({ op }) => op === 'open')).toHaveLength(2))
    time.now += 600_000
    await happen('lane-in', plate('沪A12345'))
    await vi.waitFor(() => expect(told('devices.command-failed')).toHaveLength(2))
  })

  test('a display that does not obey disturbs nobody', async () => {
    const { happen, told, answerWith, opsOf } = await setupEdge({ desired: parking })
    answerWith(({ op }) => (op === 'display' ? { ok: false, code: 'DARK' } : { ok: true }))
    await happen('lane-in', plate('沪A12345'))
    await vi.waitFor(() => expect(opsOf('lane-in')).toEqual(['open', 'display']))
    expect(told('devices.command-failed')).toEqual([])
  })

  test('a visitor who overstayed is let out, because the car passed in before', async () => {
    const { happen, time, told } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪B88888'))
    await happen('lane-in', { type: 'passed' })
    time.now += 120_000
    await happen('lane-out', plate('沪B88888'))
    expect(told('parking.exit-opened')[0]?.body.rule).toBe('inside')
    expect(told('parking.vehicle-passed')[0]?.body.direction).toBe('in')
  })

  test('a car that reversed is not inside', async () => {
    const { happen, time, told } = await setupEdge({ desired: parking })
    await happen('lane-in', plate('沪B88888'))
    await happen('lane-in', { type: 'reversed' })
    time.now += 120_000
    await happen('lane-out', plate('沪B88888'))
    expect(told('parking.exit-refused')[0]?.body.rule).toBe('visitor-outside-window')
  })

  test('who is inside survives a restart', async () => {
    const memory = memoryStore()
    const before = await setupEdge({ desired: parking, memory })
    await before.happen('lane-in', plate('沪B88888'))
    await before.happen('lane-in', { type: 'passed' })

    const after = await setupEdge({ memory })
    after.time.now += 120_000
    await after.happen('lane-out', plate('沪B88888', { id: 'later' }))
    expect(after.told('parking.exit-opened')).toHaveLength(1)
  })

  test('the help button is told and answered', async () => {
    const { happen, told, opsOf } = await setupEdge()
    await happen('lane-in', { type: 'call', picture })
    expect(told('parking.help-requested')).toMatchObject([{ deviceId: 'lane-in', body: { picture } }])
    await vi.waitFor(() => expect(opsOf('lane-in')).toEqual(['display']))
  })
})

describe('gates', () => {
  const people: Person[] = [
    { personId: 'p1', name: 'Li', household: '1-101', faceId: 'f1', consentVersion: '1', cards: ['c1'] },
    { personId: 'p2', name: 'Wu', household: '1-102', faceId: 'f2', cards: [] },
  ]
  const access = { access: { people } }
  const face = (faceId: string, liveness = 0.95) => ({ type: 'face', faceId, score: 0.9, liveness })

  type Told = 'access.entry-granted' | 'access.entry-refused' | 'access.stranger' | 'access.door-alarm'
  test.each<[string, object, Told, string[]]>([
    ['a known face', face('f1'), 'access.entry-granted', ['open']],
    ['a photo of a known face', face('f1', 0.1), 'access.entry-refused', ['say']],
    ['a face without consent', face('f2'), 'access.entry-refused', ['say']],
    ['a face that is nobody’s', face('f3'), 'access.stranger', []],
    ['a stranger', { type: 'stranger', liveness: 0.9 }, 'access.stranger', []],
    ['a known card', { type: 'card', card: 'c1' }, 'access.entry-granted', ['open']],
    ['an unknown card', { type: 'card', card: 'c9' }, 'access.entry-refused', ['say']],
    ['a forced door', { type: 'door-alarm', alarm: 'forced' }, 'access.door-alarm', []],
  ])('%s', async (_name, event, ...[type, ops]) => {
    const { happen, told, opsOf } = await setupEdge({ desired: access })
    await happen('gate-1', event)
    expect(told(type)).toHaveLength(1)
    await vi.waitFor(() => expect(opsOf('gate-1')).toEqual(ops))
  })

  test('a door that does not obey is told', async () => {
    const { happen, told, connected } = await setupEdge({ desired: access })
    connected.delete('gate-1')
    await happen('gate-1', { ...face('f1'), id: 'f-1' })
    await vi.waitFor(() =>
      expect(told('devices.command-failed')).toMatchObject([
        { deviceId: 'gate-1', body: { name: 'open', code: 'DEVICE_OFFLINE', cause: 'gate-1/f-1' } },
      ]),
    )
  })

  test('a name never leaves the gateway', async () => {
    const { happen, memory } = await setupEdge({ desired: access })
    await happen('gate-1', face('f1'))
    expect(JSON.stringify(memory.commits)).not.toContain('Li')
    expect(JSON.stringify(memory.events)).toContain('"personId":"p1"')
  })
})

describe('linkage', () => {
  const fire = { type: 'smoke', obscurationPercent: 12 }

  test('smoke opens the gates of its building and the barriers, and nothing else', async () => {
    const { happen, sent, told } = await setupEdge()
    await happen('smoke-1', fire)
    await vi.waitFor(() => expect(told('linkage.exits-opened')).toHaveLength(1))
    expect(sent.map(({ deviceId, op }) => `${deviceId} ${op}`)).toEqual([
      'lane-in hold-open',
      'lane-out hold-open',
      'gate-1 hold-open',
    ])
    expect(told('sensors.alarm-raised')[0]?.body).toMatchObject({ alarm: 'smoke', severity: 'critical', building: '1' })
    expect(told('linkage.incomplete')).toEqual([])
  })

  test('the doors open although the disk is full', async () => {
    const { happen, opsOf, memory } = await setupEdge()
    memory.failNext(storeUnavailable('disk full'))
    await expect(happen('smoke-1', fire)).rejects.toThrow('disk full')
    await vi.waitFor(() => expect(opsOf('gate-1')).toEqual(['hold-open']))
  })

  test('a door that stays shut is told at once', async () => {
    const { happen, told, connected } = await setupEdge()
    connected.delete('gate-1')
    await happen('smoke-1', fire)
    await vi.waitFor(() => expect(told('linkage.incomplete')).toHaveLength(1))
    expect(told('linkage.incomplete')[0]?.body.results).toContainEqual({
      deviceId: 'gate-1',
      ok: false,
      code: 'DEVICE_OFFLINE',
    })
  })

  test('smoke of yesterday opens nothing', async () => {
    const { happen, sent, told } = await setupEdge()
    await happen('smoke-1', { ...fire, replayed: true })
    expect(told('sensors.alarm-raised')).toMatchObject([{ late: true }])
    expect(sent).toEqual([])
  })

  test('the end of the smoke is told', async () => {
    const { happen, told } = await setupEdge()
    await happen('smoke-1', { type: 'smoke-cleared' })
    expect(told('sensors.alarm-cleared')).toMatchObject([{ body: { alarm: 'smoke' } }])
  })
})
