import { expect, test } from 'vitest'
import { checkConnect } from './connect-rule.ts'

const good = { clientId: 'lane-1-a7', username: 'lane-1' }
const will = { topic: 'gh/v1/lane-1/status', payload: Buffer.from('offline') }

test('a device that names itself is let in, with or without a will', () => {
  expect(checkConnect(good)).toBeUndefined()
  expect(checkConnect({ ...good, will })).toBeUndefined()
})

test.each([
  ['no user name', { ...good, username: undefined }, 'not-authorized'],
  ['a user name that is no device id', { ...good, username: 'Lane 1' }, 'not-authorized'],
  ['a client id of another device', { ...good, clientId: 'lane-2' }, 'bad-client-id'],
  ['an empty client id', { ...good, clientId: '' }, 'bad-client-id'],
  ['a will for another device', { ...good, will: { ...will, topic: 'gh/v1/lane-2/status' } }, 'bad-will'],
  ['a will on a wildcard', { ...good, will: { ...will, topic: 'gh/v1/+/status' } }, 'bad-will'],
  ['a will that is not "offline"', { ...good, will: { ...will, payload: 'online' } }, 'bad-will'],
])('%s is refused', (_name, request, reason) => {
  expect(checkConnect(request)?.reason).toBe(reason)
})
