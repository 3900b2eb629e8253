import { describe, expect, test } from 'vitest'
import { Value } from 'typebox/value'
import { desiredAreas } from '../src/contract/index.ts'
import { desiredParking } from '../src/modules/parking/rules.service.ts'
import { guard, hour, keeper, minute, openLot, stranger } from './parking-setup.ts'
import { databases, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()

describe.each(databases)('rules of parking on %s', (kind) => {
  async function open() {
    const lot = await openLot(databaseFor, kind)
    return { ...lot, rules: lot.services.parking.rules }
  }

  test('a tariff is added, never changed, and goes to the gateway', async () => {
    const { rules, draft, time, house } = await open()
    const next = await rules.addTariff(keeper, 'garden', { ...draft, name: 'New', validFrom: time.now + hour })
    expect(next).toMatchObject({ version: 2, name: 'New', tariffId: 'garden' })
    const wanted = await desiredParking(house.db, 'garden')
    expect(wanted.rules?.tariffs.map(({ version, name }) => [version, name])).toEqual([
      [1, '临时停车'],
      [2, 'New'],
    ])
    expect(Value.Check(desiredAreas.parking, wanted)).toBe(true)
    expect(await desiredParking(house.db, 'lake')).toEqual({ permits: [] })
  })

  test('a tariff that nobody can be charged by is refused in words', async () => {
    const { rules, draft } = await open()
    const [table] = draft.classes
    const [period] = table?.periods ?? []
    const bad = {
      ...draft,
      classes: [{ vehicleClasses: ['small' as const], periods: period ? [{ ...period, toMinute: 600 }] : [] }],
    }
    await expect(rules.addTariff(system, 'garden', bad)).rejects.toMatchObject({
      ...{ code: 'TARIFF_INVALID', statusCode: 400 },
      message: expect.stringContaining('table 1: its periods leave a part of the day without a price') as string,
    })
  })

  test('a later tariff does not reach back, and of two at once one has to look again', async () => {
    const { rules, draft, time } = await open()
    await expect(rules.addTariff(system, 'garden', { ...draft, validFrom: time.now - hour })).rejects.toMatchObject({
      code: 'TARIFF_BACKDATED',
    })
    const two = await Promise.allSettled([
      rules.addTariff(system, 'garden', { ...draft, validFrom: time.now }),
      rules.addTariff(system, 'garden', { ...draft, validFrom: time.now - minute }),
    ])
    const lost = two.filter((one) => one.status === 'rejected')
    expect(lost.every(({ reason }) => (reason as { code: string }).code === 'TARIFF_TAKEN')).toBe(true)
    expect((await rules.get(guard, 'garden')).tariffs).toHaveLength(3 - lost.length)
  })

  test('policies name lanes of the compound only', async () => {
    const { rules } = await open()
    const { policy } = await rules.get(system, 'garden')
    const lenient = { ...policy, mode: 'lenient' as const }
    await rules.putPolicies(keeper, 'garden', { capacity: 50, policy, lanes: { 'lane-in': lenient } })
    expect(await rules.get(keeper, 'garden')).toMatchObject({ capacity: 50, lanes: { 'lane-in': { mode: 'lenient' } } })
    expect(await rules.policyOf('garden', 'lane-in')).toMatchObject({ mode: 'lenient' })
    expect(await rules.policyOf('garden', 'lane-out')).toMatchObject({ mode: 'strict' })
    await rules.putPolicies(keeper, 'garden', { policy, lanes: {} })
    expect(await rules.get(keeper, 'garden')).not.toHaveProperty('capacity')
    const foreign = { policy, lanes: { 'barrier-lake': lenient } }
    await expect(rules.putPolicies(system, 'garden', foreign)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' })
    await expect(rules.putPolicies(stranger, 'garden', { policy, lanes: {} })).rejects.toThrow()
    await expect(rules.get(stranger, 'garden')).rejects.toThrow()
  })
})
