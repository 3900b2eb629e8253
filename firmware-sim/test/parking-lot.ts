import {
  addTariff,
  listParkingSessions,
  putLanePolicies,
  putUser,
  type DeviceSetup,
} from '@gatehouse/platform/contract'
import { defaultLanePolicy } from '@gatehouse/platform/domain'
import type { BrowserContextOptions } from 'playwright-core'
import { expect, vi } from 'vitest'
import { barrier } from '../src/devices/barrier.device.ts'
import { type languages, openPage, signInAs } from './house/browser.ts'
import { adminPassword, compoundId, type House } from './house/house.ts'
import { setupHouse } from './house/setup.ts'
import { carAt, startTwin } from './house/twins.ts'

type Setup = Partial<DeviceSetup> & Pick<DeviceSetup, 'kind'>
type Role = 'guard' | 'property' | 'admin'
interface Seat extends BrowserContextOptions {
  readonly language?: keyof typeof languages
}

const lanes: Readonly<Record<string, Setup>> = {
  'north-in': { kind: 'barrier', name: '北门入口', place: '北门', settings: { direction: 'in' } },
  'north-out': { kind: 'barrier', name: '北门出口', place: '北门', settings: { direction: 'out' } },
}
const password = 'nobody sleeps at the gate'
/** What takes a moment. */
export const soon = { timeout: 15_000 }
/** A driver's phone. */
export const phone = {
  ...{ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  locale: 'zh-CN',
}

/** From the first minute on ¥5 for each started hour: a stay of seconds costs something. */
const tariff = (validFrom: number) => ({
  ...{ name: '临时停车', validFrom, utcOffsetMinutes: 480, freeMinutes: 0, graceMinutes: 15, cap: null },
  classes: [
    {
      vehicleClasses: ['small', 'large', 'new-energy', 'other'] as ('small' | 'large' | 'new-energy' | 'other')[],
      periods: [
        {
          ...{ fromMinute: 0, toMinute: 1440 },
          tiers: [{ upToMinute: null, unitMinutes: 60, fenPerUnit: 500 }],
        },
      ],
    },
  ],
})

export const staysIn = ({ admin }: House) => admin.call(listParkingSessions, { querystring: { compoundId } })

/** A house with one entrance, one exit and a tariff; who does not pay waits until a person helps. */
export async function setupLot() {
  const house = await setupHouse({ devices: lanes, platformEnv: { GATEHOUSE_PAYMENT_SANDBOX: 'on' } })
  const params = { compoundId }
  const policy = { ...defaultLanePolicy, temporary: true, notInside: 'ask' } as const
  await house.admin.call(addTariff, { params, body: tariff(Date.now() - 60_000) })
  await house.admin.call(putLanePolicies, { params, body: { policy, lanes: {} } })
  const entrance = await startTwin(barrier, { house, deviceId: 'north-in', pace: 5 })
  const exit = await startTwin(barrier, { house, deviceId: 'north-out', pace: 5 })

  return {
    ...{ house, entrance, exit },
    /** Comes in, and is inside for the centre as well. */
    enter: async (plate: string) => {
      const before = (await staysIn(house)).length
      entrance.stimulate(carAt(house, 'north-in', { plate }))
      await vi.waitFor(async () => expect(await staysIn(house)).toHaveLength(before + 1), soon)
    },
    /** Comes to the exit, where the camera reads `plate`, and waits as long as it takes. */
    arrive: (plate: string) => exit.stimulate(carAt(house, 'north-out', { plate, patienceMs: 600_000 })),
    /** A page of the console where somebody of this role is signed in. */
    openAs: async (role: Role, { language = 'Chinese', ...options }: Seat = {}) => {
      const page = await openPage(house.admin.url, options)
      if (role === 'admin') {
        await signInAs(page, { username: 'admin', password: adminPassword, language })
        return page
      }
      await house.admin.call(putUser, {
        params: { username: role },
        body: { name: '值班员', role, scope: 'riverside', password, temporaryPassword: false },
      })
      await signInAs(page, { username: role, password, language })
      return page
    },
  }
}
