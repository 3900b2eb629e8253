import { expect, test } from 'vitest'
import { nativeDialect, vzenithDialect } from '../../protocol/index.ts'
import { checkConnect, type ConnectRequest } from './connect-rule.ts'

const lane = { deviceId: 'lane-1', topicName: 'lane-1', dialect: nativeDialect }
const speakerOf = (username = '') => ({ ...lane, deviceId: username, topicName: username })
const check = (request: ConnectRequest) => checkConnect(request, speakerOf(request.username))
const good = { clientId: 'lane-1-a7', username: 'lane-1' }
const will = { topic: 'gh/v1/lane-1/status', payload: Buffer.from('offline') }

test('a device that names itself is let in, with or without a will', () => {
  expect(check(good)).toBeUndefined()
  expect(check({ ...good, will })).toBeUndefined()
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
  expect(check(request)?.reason).toBe(reason)
})

const camera = { deviceId: 'lane-1', topicName: '8FCD-20CA', dialect: vzenithDialect }

test.each([
  ['by its id', { clientId: 'lane-1', username: 'lane-1' }],
  ['by its serial number', { clientId: '8FCD-20CA', username: '8FCD-20CA' }],
  ['by one, with the other as client id', { clientId: '8FCD-20CA_1', username: 'lane-1' }],
  [
    'with a will of its maker',
    { ...good, will: { topic: 'device/8fcd-20ca/message/up/offline', payload: Buffer.from('{}') } },
  ],
])('a device of another maker is let in %s', (_how, request) => {
  expect(checkConnect(request, camera)).toBeUndefined()
})

test.each([
  ['a client id of another device', { clientId: 'lane-2', username: 'lane-1' }, 'bad-client-id'],
  [
    'a will for another device',
    { ...good, will: { topic: 'device/other/message/up/offline', payload: '{}' } },
    'bad-will',
  ],
])('%s is refused to a device of another maker, too', (_name, request, reason) => {
  expect(checkConnect(request, camera)?.reason).toBe(reason)
})
