import { defaultLanePolicy } from '@gatehouse/platform/domain'
import { desiredParking } from '../../../platform/src/modules/parking/rules.service.ts'
import { setup, system } from '../../../platform/test/setup.ts'
import type { LotAgreement } from '../../src/street-week/lot-oracle.ts'
import type { LotCentre } from './lot-gateway.ts'

export interface Lot {
  readonly lotId: string
  readonly agreement: LotAgreement
}

const classes = ['small', 'large', 'new-energy', 'other'] as const

/** The platform with a real database on disk, furnished with the lots of a street. */
export async function startCentre(lots: readonly Lot[], from: number) {
  const house = await setup({ startAt: from })
  const { services, db, time } = house
  for (const { lotId, agreement } of lots) {
    const { tariff, permits, capacity, unpaid, patienceMs } = agreement
    const { periods, ...rest } = tariff
    await services.compounds.put(system, { id: lotId, name: lotId, path: `street/road/${lotId}` })
    await services.gateways.put(system, { gatewayId: `gw-${lotId}`, compoundId: lotId })
    for (const direction of ['in', 'out'] as const) {
      const device = { compoundId: lotId, kind: 'barrier', name: direction, place: 'gate', secret: 'barrier-secret' }
      await services.devices.put(system, `${lotId}-${direction}`, { ...device, settings: { direction } })
    }
    const { parking } = services
    await parking.permits.replace(
      system,
      lotId,
      permits.map((permit) => ({ holder: '', ...permit })),
    )
    await parking.rules.putPolicies(system, lotId, {
      capacity,
      policy: {
        ...{ ...defaultLanePolicy, temporary: true, expired: 'temporary', notInside: 'ask' },
        ...{ unpaid, unpaidPatienceSeconds: patienceMs / 1000 },
      },
      lanes: {},
    })
    const table = {
      vehicleClasses: [...classes],
      periods: periods.map((period) => ({ ...period, tiers: [...period.tiers] })),
    }
    await parking.rules.addTariff(system, lotId, { ...rest, name: '临时停车', validFrom: from, classes: [table] })
  }
  const centre: LotCentre = {
    async take(lotId, records) {
      const batch = { records, lane: 'backlog', clock: time.now } as const
      const { seq } = await services.records.store(`gw-${lotId}`, batch)
      return seq
    },
    parkingOf: (lotId) => desiredParking(db, lotId),
    setTime: (now) => void (time.now = Math.max(time.now, now)),
  }
  const stays = (lotId: string) =>
    db.selectFrom('parking_sessions').selectAll().where('compound_id', '=', lotId).execute()
  return { centre, stays }
}
