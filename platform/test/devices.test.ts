import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { describe, expect, test, vi } from 'vitest'
import { binary, command, desiredAreas, type UplinkDown } from '../src/contract/index.ts'
import { secretMatches } from '../src/core/secrets.ts'
import { createOutbox, databases, furnish, setup, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()
const capabilities = {
  raised: binary('Raised'),
  open: command('Open', Type.Object({ seconds: Type.Integer({ minimum: 1 }) })),
}

describe.each(databases)('devices on %s', (kind) => {
  async function start() {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    await furnish(house)
    const outbox = createOutbox(house, 'gw-garden')
    await outbox.store([
      outbox.record('devices.announced', { kind: 'barrier', capabilities }, { deviceId: 'barrier-garden' }),
      outbox.record('devices.online-changed', { online: true, reason: 'connected' }, { deviceId: 'barrier-garden' }),
    ])
    const { services, gateway } = house
    const sent = <T extends UplinkDown['type']>(type: T) =>
      gateway.sent.map(({ message }) => message).filter((message) => message.type === type) as Extract<
        UplinkDown,
        { type: T }
      >[]
    return { house, services, gateway, outbox, sent }
  }
  const open = { name: 'open', args: { seconds: 5 }, reason: 'delivery' }

  test('what a device announces and reports is what people see', async () => {
    const { house, services } = await start()
    services.readings.watch.readings('gw-garden', { 'barrier-garden': { at: 5, readings: { raised: true } } })
    services.readings.watch.readings('gw-garden', { 'barrier-lake': { at: 5, readings: { raised: true } } })
    await services.readings.flush()
    const seen = {
      online: true,
      readings: { raised: true },
      readingsAt: 5,
      capabilities: { open: { role: 'command' } },
    }
    expect(await services.devices.get(system, 'barrier-garden')).toMatchObject(seen)
    expect(await services.devices.get(system, 'barrier-lake')).toMatchObject({ readings: {} })
    await services.readings.persist()
    const row = await house.db
      .selectFrom('devices')
      .select('readings')
      .where('id', '=', 'barrier-garden')
      .executeTakeFirst()
    expect(row).toEqual({ readings: '{"raised":true}' })
  })

  test('a device behind a gateway that is away is away', async () => {
    const { services } = await start()
    await services.registry.setOnline('gw-garden', false)
    expect(await services.devices.get(system, 'barrier-garden')).toMatchObject({ online: false })
    await services.registry.setOnline('gw-garden', true)
    expect(await services.devices.get(system, 'barrier-garden')).toMatchObject({ online: true })
  })

  test('a command goes from sent over accepted to done', async () => {
    const { house, services, outbox, sent } = await start()
    const { commandId } = await services.commands.send(system, 'barrier-garden', open)
    expect(sent('command')).toMatchObject([
      { commandId, deviceId: 'barrier-garden', name: 'open', args: { seconds: 5 } },
    ])
    await services.commandProgress.accepted('gw-lake', commandId)
    expect(await services.commands.get(system, commandId)).toMatchObject({ state: 'sent', by: 'admin' })
    await services.commandProgress.accepted('gw-garden', commandId)
    expect(await services.commands.get(system, commandId)).toMatchObject({ state: 'accepted' })
    const result = { commandId, ok: true, data: { position: 1 } }
    await outbox.store([outbox.record('devices.command-result', result, { deviceId: 'barrier-garden' })], 'live')
    expect(await services.commands.get(system, commandId)).toMatchObject({
      ...{ state: 'done', endedAt: house.time.now, data: { position: 1 }, reason: 'delivery' },
    })
  })

  test('a command without an answer expires; a late answer is still the truth', async () => {
    const { house, services, outbox } = await start()
    const { commandId } = await services.commands.send(system, 'barrier-garden', open)
    house.time.now += 10_001
    await services.commands.expire()
    expect(await services.commands.get(system, commandId)).toMatchObject({ state: 'expired', code: 'COMMAND_EXPIRED' })
    const result = { commandId, ok: false, code: 'JAMMED', message: 'The arm is blocked' }
    await outbox.store([outbox.record('devices.command-result', result)], 'live')
    expect(await services.commands.listOf(system, 'barrier-garden')).toMatchObject([
      { state: 'failed', code: 'JAMMED' },
    ])
  })

  test.each([
    ['unknown', { ...open, name: 'explode' }, 'COMMAND_UNKNOWN'],
    ['with arguments that do not fit', { ...open, args: { seconds: 0 } }, 'INVALID_ARGUMENTS'],
  ])('a command that is %s is refused', async (_what, request, code) => {
    const { services, sent } = await start()
    await expect(services.commands.send(system, 'barrier-garden', request)).rejects.toMatchObject({ code })
    expect(sent('command')).toEqual([])
  })

  test('a command to an absent device or gateway is refused, not queued', async () => {
    const { services, gateway, outbox, sent } = await start()
    const offline = { online: false, reason: 'silent' }
    await outbox.store([outbox.record('devices.online-changed', offline, { deviceId: 'barrier-garden' })])
    const send = () => services.commands.send(system, 'barrier-garden', open)
    await expect(send()).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' })
    gateway.online.delete('gw-garden')
    await expect(send()).rejects.toMatchObject({ code: 'GATEWAY_OFFLINE' })
    expect(sent('command')).toEqual([])
  })

  test('the gateway gets every change of its devices, with a hash where that is enough', async () => {
    const { services, sent } = await start()
    const camera = { compoundId: 'garden', kind: 'camera', name: 'Cam', place: 'Gate' }
    const address = 'http://192.168.1.20/onvif/device_service'
    await services.devices.put(system, 'cam-1', { ...camera, address, username: 'onvif', secret: 'camera-password' })
    const body = await vi.waitFor(() => {
      const last = sent('desired').at(-1)?.body
      if (!Value.Check(desiredAreas.devices, last) || last.devices.length < 2) throw new Error('not there yet')
      return last
    })
    const [barrier, cam] = body.devices
    expect(secretMatches('barrier-secret', barrier?.secretHash ?? '')).toBe(true)
    expect([barrier?.secret, cam?.secret, cam?.secretHash]).toEqual([undefined, 'camera-password', undefined])
  })

  test('no secret can be read from the database', async () => {
    const { house, services } = await start()
    const camera = { compoundId: 'garden', kind: 'camera', name: 'Cam', place: 'Gate', address: 'http://192.168.1.20' }
    await services.devices.put(system, 'cam-1', { ...camera, secret: 'camera-password' })
    await services.devices.put(system, 'cam-1', { ...camera, name: 'Renamed' })
    const rows = JSON.stringify(await house.db.selectFrom('devices').selectAll().execute())
    expect(rows).not.toMatch(/camera-password|barrier-secret/)
    const [, row] = await house.db.selectFrom('devices').select('secret_sealed').orderBy('id').execute()
    expect(rows).toContain('Renamed')
    expect(row?.secret_sealed ?? rows).toContain('v1:')
  })

  test('a gateway that says hello gets only what it does not have', async () => {
    const { house, services } = await start()
    const hello = { version: '1', bootId: 'b', clock: house.time.now + 500, lastSeq: 2, backlog: 0, revisions: {} }
    const { seq, desired } = await services.registry.hello('gw-garden', hello)
    expect([seq, desired.map(({ area }) => area)]).toEqual([2, ['devices', 'parking', 'access', 'payments']])
    const revisions = Object.fromEntries(desired.map(({ area, revision }) => [area, revision]))
    await services.parking.permits.replace(system, 'garden', [{ plate: '京A12345', kind: 'monthly', holder: 'Li' }])
    const again = await services.registry.hello('gw-garden', { ...hello, revisions })
    expect(again.desired).toMatchObject([{ area: 'parking', body: { permits: [{ plate: '京A12345' }] } }])
    expect(await services.gateways.list(system)).toMatchObject([{ id: 'gw-garden', clockOffsetMs: 500 }, {}])
  })

  test('five thousand devices are imported at once', async () => {
    const { services } = await start()
    const lines = Array.from(
      { length: 5000 },
      (_, index) => `sensor-${index},smoke,Smoke ${index},Building 3,secret-${index},3`,
    )
    const csv = ['id,kind,name,place,secret,building', ...lines].join('\n')
    expect(await services.devices.import(system, 'garden', csv)).toEqual({ imported: 5000, problems: [] })
    expect(await services.devices.list(system, { kind: 'smoke' })).toHaveLength(5000)
  })

  test('with one bad line nothing is imported, and every problem has its line', async () => {
    const { services } = await start()
    const csv = [
      'id,kind,name,place,secret,address,x',
      'ok-1,smoke,Smoke,B3,long-secret',
      'Bad Id,smoke,Smoke,B3,long-secret',
      'short-1,smoke,Smoke,B3,short',
      'ok-1,smoke,Smoke,B3,long-secret',
      'barrier-lake,barrier,Stolen,B3,long-secret',
      'cam-1,camera,Cam,B3,long-secret,ftp://x',
      'far-1,smoke,Smoke,B3,long-secret,,nowhere',
    ].join('\r\n')
    const { imported, problems } = await services.devices.import(system, 'garden', csv)
    expect([imported, problems.map(({ line }) => line)]).toEqual([0, [3, 4, 5, 6, 7, 8]])
    expect(await services.devices.list(system, { compoundId: 'garden' })).toHaveLength(1)
  })
})
