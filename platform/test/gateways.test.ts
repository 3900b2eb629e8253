import { describe, expect, test } from 'vitest'
import { databases, furnish, setup, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()

describe.each(databases)('gateways on %s', (kind) => {
  test('a new secret ends the connection that was made with the old one', async () => {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    const secrets = await furnish(house)
    const { gateways, registry } = house.services
    const gateway = { gatewayId: 'gw-garden', compoundId: 'garden' }
    expect(await gateways.put(system, gateway)).not.toHaveProperty('secret')
    expect(house.gateway.disconnected).toEqual([])

    const { secret = '' } = await gateways.put(system, { ...gateway, rotateSecret: true })
    expect(house.gateway.disconnected).toEqual(['gw-garden'])
    expect(await registry.authenticate('gw-garden', secret)).toBe(true)
    expect(await registry.authenticate('gw-garden', secrets['gw-garden'] ?? '')).toBe(false)
  })
})
