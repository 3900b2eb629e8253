import { expect, test } from 'vitest'
import { createPlatformAccess } from './platform-access.ts'

test('a gateway with a secret shows it', () => {
  const access = createPlatformAccess({ gatewayId: 'gw', secret: 'secret' })
  expect(access.authorization()).toBe(`Basic ${Buffer.from('gw:secret').toString('base64')}`)
})

test('an enrolled gateway shows the latest token, and nothing before it has one', () => {
  const access = createPlatformAccess({ gatewayId: 'gw', secret: undefined })
  expect(access.authorization()).toBeUndefined()
  access.setToken('v1:first')
  access.setToken('v1:second')
  expect(access.authorization()).toBe('Bearer v1:second')
})
