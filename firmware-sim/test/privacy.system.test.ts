import {
  createEnrolmentCode,
  listPassages,
  putUser,
  sendCommand,
  signIn,
  startBroadcast,
} from '@gatehouse/platform/contract'
import { connectAsync } from 'mqtt'
import { expect, test, vi } from 'vitest'
import { barrier } from '../src/devices/barrier.device.ts'
import { speaker } from '../src/devices/speaker.device.ts'
import { betrayalsIn } from './house/betrayals.ts'
import { Client } from './house/client.ts'
import { adminPassword, compoundId, gatewayId, secretOf } from './house/house.ts'
import { setupHouse } from './house/setup.ts'
import { carAt, startTwin } from './house/twins.ts'

const within = { timeout: 20_000, interval: 50 }
const resident = '京A12345'
const stranger = '沪B67890'
const holder = 'Ouyang Xiaoming'
const announcement = 'The water will be turned off at nine'
const guessed = 'a password that somebody guessed'
const guardPassword = 'the password of the guard'

test('whatever happens, neither logs nor metrics tell a secret, a plate, a name or an announcement', async () => {
  const house = await setupHouse({
    devices: {
      'north-in': { kind: 'barrier', settings: { direction: 'in' } },
      'speaker-1': { kind: 'speaker', settings: { zone: 'north' } },
    },
    permits: [{ plate: resident, kind: 'monthly', holder }],
    people: [{ personId: 'p1', name: holder, household: '3-2-501', cards: ['0123456789'] }],
    env: { GATEHOUSE_LOG_LEVEL: 'trace' },
    platformEnv: { GATEHOUSE_UPLINK_TLS_HOST: '127.0.0.1', GATEHOUSE_UPLINK_TLS_PORT: '0' },
  })
  const { admin } = house
  await vi.waitFor(() => expect(house.gateway.output()).toMatch(/"area":"parking".*desired state applied/), within)
  const lane = await startTwin(barrier, { house, deviceId: 'north-in', pace: 5 })
  await startTwin(speaker, { house, deviceId: 'speaker-1', pace: 5 })

  for (const plate of [resident, stranger]) {
    lane.stimulate(carAt(house, 'north-in', { plate, patienceMs: 1000 }))
    await vi.waitFor(async () => {
      const passages = await admin.call(listPassages, { querystring: {} })
      expect(passages.map(({ rawPlate }) => rawPlate)).toContain(plate)
    }, within)
  }
  await admin.call(sendCommand, { params: { deviceId: 'north-in' }, body: { name: 'open', args: {}, reason: holder } })
  const speakerIds = ['speaker-1']
  await admin
    .call(startBroadcast, { body: { compoundId, text: announcement, speakerIds, priority: 'property' } })
    .catch((error: unknown) => expect(error).toMatchObject({ code: 'QUIET_HOURS' }))
  await admin.call(putUser, {
    params: { username: 'guard' },
    body: { name: holder, role: 'guard', scope: '', password: guardPassword },
  })
  const { code } = await admin.call(createEnrolmentCode, { params: { gatewayId } })
  const visitor = new Client(admin.url)
  await expect(visitor.call(signIn, { body: { username: 'guard', password: guessed } })).rejects.toThrow()
  const wrong = { clientId: 'north-in', username: 'north-in', password: guessed, reconnectPeriod: 0 }
  await expect(connectAsync(`mqtt://127.0.0.1:${house.mqttPort()}`, wrong, false)).rejects.toThrow()
  await fetch(`${admin.url}/api/nothing?token=${guessed}`, { headers: { authorization: `Bearer ${guessed}` } })

  const metrics = await Promise.all(
    [admin.url, `http://127.0.0.1:${house.gatewayHttpPort()}`].map(async (url) =>
      (await fetch(`${url}/metrics`)).text(),
    ),
  )
  const secrets = [adminPassword, guardPassword, guessed, code, secretOf('north-in'), admin.cookie.split('=')[1] ?? '']
  const personal = [resident, stranger, resident.slice(1), stranger.slice(1), holder, '0123456789', announcement]
  const pages = metrics.map((text) => ({ output: () => text }))
  expect(betrayalsIn([house.platform, house.gateway, ...pages], [...secrets, ...personal])).toEqual([])
  expect(house.gateway.output().length).toBeGreaterThan(1000)
  expect(betrayalsIn([{ output: () => `{"plate":"${resident}"}` }], personal)).toHaveLength(2)
})
