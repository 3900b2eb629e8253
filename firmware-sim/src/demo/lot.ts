import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { PlatformClient } from './platform-client.ts'

const allVehicles = ['small', 'large', 'new-energy', 'other']

/** ¥5 for the first hour, then ¥2 an hour, at most ¥30 a day. Nobody who looks at the demo waits for free minutes. */
const tariff = {
  ...{ name: '临时停车', validFrom: 0, utcOffsetMinutes: 480, freeMinutes: 0, graceMinutes: 15 },
  cap: { kind: 'rolling-24h', fen: 3000 },
  classes: [
    {
      vehicleClasses: allVehicles,
      periods: [
        {
          ...{ fromMinute: 0, toMinute: 1440 },
          tiers: [
            { upToMinute: 60, unitMinutes: 60, fenPerUnit: 500 },
            { upToMinute: null, unitMinutes: 60, fenPerUnit: 200 },
          ],
        },
      ],
    },
  ],
}

/** Guests come in and pay; a car that the cameras misread at the exit rings at the help desk. */
const policies = {
  ...{ capacity: 60, lanes: {} },
  policy: {
    ...{ mode: 'strict', temporary: true, expired: 'temporary', alreadyInside: 'open', notInside: 'ask' },
    ...{ unpaid: 'open-and-record-debt', unpaidPatienceSeconds: 60, queueCars: 3, queueSeconds: 60 },
  },
}

const Rules = Type.Object({ tariffs: Type.Array(Type.Unknown()) })

/** How the car park is run; a tariff is published once, later ones are people's own. */
export async function provisionLot(client: PlatformClient, compoundId: string): Promise<void> {
  const place = `/api/compounds/${compoundId}/parking`
  const rules = await client.call('GET', `${place}/rules`)
  if (!Value.Check(Rules, rules) || rules.tariffs.length > 0) return
  await client.call('POST', `${place}/tariffs`, tariff)
  await client.call('PUT', `${place}/policies`, policies)
}
