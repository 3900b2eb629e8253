import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

test.each([
  ['10.0.0.7', undefined, '10.0.0.7'],
  ['10.0.0.7', '1.2.3.4', '10.0.0.7'],
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['::ffff:127.0.0.1', '9.9.9.9, 1.2.3.4, 127.0.0.1', '1.2.3.4'],
  ['::1', 'not an address', '::1'],
  ['::1', ['9.9.9.9', '2001:db8::1'], '2001:db8::1'],
])('%s that speaks for %j is %s', (peer, forwardedFor, client) => {
  expect(clientAddress(peer, forwardedFor)).toBe(client)
})
