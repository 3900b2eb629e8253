import { lookup } from 'node:dns/promises'
import { expect, test } from 'vitest'
import { createAddressGuard, ownAddress, ownStreamAddress } from './address-guard.ts'

function setup(networks: readonly string[] = ['192.168.0.0/16', '127.0.0.0/8', 'fd00::/8']) {
  const refusals: string[] = []
  return { guard: createAddressGuard(networks, { refused: (_listener, reason) => refusals.push(reason) }), refusals }
}
const refused = expect.objectContaining({ code: 'CAMERA_ADDRESS_REFUSED' })

test.each([
  'http://192.168.3.4/onvif/device_service',
  'https://192.168.3.4:8443/x',
  'http://127.9.9.9:8200/',
  'http://[fd00::12]/x',
  'http://3232236292/', // 192.168.3.4 in decimal: a URL always tells it in dots
  'http://camera.local/x', // judged when it is resolved
])('%s is allowed', (url) => {
  expect(() => setup().guard.check(new URL(url))).not.toThrow()
})

test.each([
  ['http://10.0.0.1/', 'outside-networks'],
  ['http://169.254.169.254/latest/meta-data', 'outside-networks'],
  ['http://[::1]/', 'outside-networks'],
  ['http://0x08080808/', 'outside-networks'],
  ['http://[::ffff:8.8.8.8]/', 'outside-networks'],
  ['file:///etc/passwd', 'scheme'],
  ['ftp://192.168.3.4/', 'scheme'],
  ['rtsp://192.168.3.4/', 'scheme'],
])('%s is refused and counted', (url, reason) => {
  const { guard, refusals } = setup()
  expect(() => guard.check(new URL(url))).toThrow(refused)
  expect(refusals).toEqual([reason])
})

const resolved = (networks: readonly string[], all: boolean) =>
  new Promise((resolve) => {
    setup(networks).guard.lookup('localhost', { all }, (error, address) => resolve(error ?? address))
  })

test('a name counts by the addresses that it has when it is used', async () => {
  const known = await lookup('localhost', { all: true })
  await expect(resolved(['127.0.0.0/8', '::1/128'], true)).resolves.toEqual(known)
  await expect(resolved(['127.0.0.0/8', '::1/128'], false)).resolves.toBe(known[0]?.address)
  await expect(resolved(['10.0.0.0/8'], true)).resolves.toEqual(refused)
})

test('a name that does not exist is an error of the resolver', async () => {
  const { guard } = setup()
  const error = await new Promise((resolve) => guard.lookup('no.such.invalid', {}, (reason) => resolve(reason)))
  expect(error).toMatchObject({ syscall: 'getaddrinfo' })
})

test.each(['192.168.0.0', '192.168.0.0/33', 'camera/8', ''])('"%s" is no network', (network) => {
  expect(() => setup([network])).toThrow(refused)
})

const camera = new URL('http://192.168.3.4:8080/onvif/device_service')

test.each([
  ['http://192.168.3.4:8899/onvif/media?x=1', 'http://192.168.3.4:8899/onvif/media?x=1'],
  ['http://10.0.0.9/onvif/media?a=1&b=2', 'http://192.168.3.4:8080/onvif/media?a=1&b=2'],
  ['http://user:pass@8.8.8.8:99/snap.jpg#top', 'http://192.168.3.4:8080/snap.jpg'],
  ['/onvif/events', 'http://192.168.3.4:8080/onvif/events'],
  ['https://192.168.3.4/x', 'https://192.168.3.4/x'],
])('the handed out %s becomes %s', (handedOut, own) => {
  expect(ownAddress(camera, handedOut).href).toBe(own)
})

test('a camera that is called by https stays so', () => {
  const own = ownAddress(new URL('https://192.168.3.4:8443/d'), 'http://192.168.3.4/onvif/media?x=1')
  expect(own.href).toBe('https://192.168.3.4:8443/onvif/media?x=1')
})

test.each(['file:///etc/passwd', 'gopher://192.168.3.4/', 'http://[', 'javascript:1'])('%s is refused', (handedOut) => {
  expect(() => ownAddress(camera, handedOut)).toThrow(refused)
})

test('a stream keeps its port and path but not its host', () => {
  expect(ownStreamAddress(camera, 'rtsp://u:p@10.9.9.9:5554/s?x=1&y=2')).toBe('rtsp://192.168.3.4:5554/s?x=1&y=2')
  expect(() => ownStreamAddress(camera, 'http://192.168.3.4/s')).toThrow(refused)
  expect(() => ownStreamAddress(camera, 'nonsense')).toThrow(refused)
})
