import { describe, expect, test } from 'vitest'
import { createOutbox, databases, furnish, setup, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()
const night = Date.parse('2026-06-01T23:30:00+08:00')
const hello = { compoundId: 'garden', text: 'Water is off until noon', speakerIds: ['speaker-1', 'speaker-2'] }

describe.each(databases)('announcements on %s', (kind) => {
  async function start(startAt?: number) {
    const house = await setup({ databaseUrl: await databaseFor(kind), ...(startAt !== undefined && { startAt }) })
    await furnish(house)
    const speaker = { compoundId: 'garden', kind: 'speaker', name: 'Speaker', place: 'Square' }
    for (const id of hello.speakerIds) await house.services.devices.put(system, id, speaker)
    return { house, outbox: createOutbox(house, 'gw-garden'), ...house.services }
  }

  test('the operator sees per speaker what became of an announcement', async () => {
    const { house, outbox, broadcasts } = await start()
    const { id } = await broadcasts.start(system, { ...hello, priority: 'property' })
    const progress = (deviceId: string, state: string, more: object = {}) =>
      outbox.record('broadcast.progress', { broadcastId: id, state, ...more }, { deviceId, at: house.time.now - 60 })
    await outbox.store([
      progress('speaker-1', 'started'),
      progress('speaker-1', 'fetched'),
      progress('speaker-2', 'failed', { reason: 'no power' }),
      progress('speaker-1', 'finished', { durationMs: 4200 }),
      progress('speaker-1', 'started'),
    ])
    expect(await broadcasts.get(system, id)).toMatchObject({
      speakers: [
        { deviceId: 'speaker-1', state: 'finished', durationMs: 4200 },
        { deviceId: 'speaker-2', state: 'failed', reason: 'no power' },
      ],
    })
    expect(house.gateway.sent.at(-1)).toMatchObject({ message: { type: 'announce', speakerIds: hello.speakerIds } })
  })

  test('another gateway cannot speak for these speakers', async () => {
    const { house, broadcasts } = await start()
    const { id } = await broadcasts.start(system, { ...hello, priority: 'property' })
    const foreign = createOutbox(house, 'gw-lake')
    const body = { broadcastId: id, state: 'finished' }
    await foreign.store([foreign.record('broadcast.progress', body, { deviceId: 'speaker-1' })])
    expect(await broadcasts.get(system, id)).toMatchObject({ speakers: [{ state: 'queued' }, { state: 'queued' }] })
  })

  test('at night only an emergency is heard, and it needs a reason', async () => {
    const { house, broadcasts } = await start(night)
    const start_ = (more: { priority: 'government' | 'emergency'; reason?: string }) =>
      broadcasts.start(system, { ...hello, ...more })
    await expect(start_({ priority: 'government' })).rejects.toMatchObject({ code: 'QUIET_HOURS', statusCode: 409 })
    await expect(start_({ priority: 'emergency', reason: ' ' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' })
    expect(house.gateway.sent.filter(({ message }) => message.type === 'announce')).toEqual([])
    expect(await start_({ priority: 'emergency', reason: 'Gas leak' })).toMatchObject({ reason: 'Gas leak' })
  })

  test('an announcement that cannot reach the gateway is refused in words', async () => {
    const { house, broadcasts } = await start()
    house.gateway.online.delete('gw-garden')
    await expect(broadcasts.start(system, { ...hello, priority: 'property' })).rejects.toMatchObject({
      code: 'GATEWAY_OFFLINE',
    })
    await expect(
      broadcasts.start(system, { ...hello, speakerIds: ['barrier-lake'], priority: 'property' }),
    ).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' })
  })
})
