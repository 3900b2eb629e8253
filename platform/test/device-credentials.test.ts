import { execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  importDevices,
  issueDeviceCertificate,
  listDeviceCertificates,
  putDevice,
  renewDeviceSecret,
  revokeDeviceCertificate,
  type DesiredDevice,
  type OutputOf,
} from '../src/contract/index.ts'
import { secretMatches } from '../src/core/secrets.ts'
import { call, databases, furnish, setup, signInAs, system, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const deviceId = 'barrier-garden'
const params = { deviceId }
type Issued = OutputOf<typeof issueDeviceCertificate>

async function start(kind: (typeof databases)[number] = 'sqlite') {
  const house = await setup({ databaseUrl: await databaseFor(kind) })
  await furnish(house)
  const cookie = await signInAs(house, { username: 'installer1', role: 'installer', scope: 'riverside/east' })
  const issue = async (body: object = {}) =>
    (await call(house, issueDeviceCertificate, { params, body, cookie })).body as Issued
  return { house, cookie, issue }
}

/** What the gateway was told last of the devices. */
const lastDesired = async ({ services }: House) => {
  const [devices] = (await services.desired.missing('garden', {})).filter(({ area }) => area === 'devices')
  return devices?.body as { devices: DesiredDevice[]; ca?: string }
}
const desiredOf = async (house: House, id = deviceId) =>
  (await lastDesired(house)).devices.find((device) => device.deviceId === id)

test.each(databases)(
  'a device that is entered without a secret gets one, shown once and kept as a hash (%s)',
  async (kind) => {
    const { house, cookie } = await start(kind)
    const body = { compoundId: 'garden', kind: 'speaker', name: 'Speaker', place: 'North' }
    const put = async () =>
      (await call(house, putDevice, { params: { deviceId: 'speaker-1' }, body, cookie })).body as { secret?: string }
    const { secret = '' } = await put()
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(secretMatches(secret, (await desiredOf(house, 'speaker-1'))?.secretHash ?? '')).toBe(true)
    expect(await put()).not.toHaveProperty('secret')
    expect(secretMatches(secret, (await desiredOf(house, 'speaker-1'))?.secretHash ?? '')).toBe(true)
  },
)

test('the same for an import, but not for cameras, nor for devices that are known', async () => {
  const { house, cookie } = await start()
  const csv = [
    'id,kind,name,place,secret,address',
    'speaker-1,speaker,S,North,,',
    'speaker-2,speaker,S,North,a-secret-of-its-own,',
    'camera-1,camera,C,North,,http://10.0.0.1/onvif/device_service',
    `${deviceId},barrier,B,North,,`,
  ].join('\n')
  const { body } = await call(house, importDevices, { body: { compoundId: 'garden', csv }, cookie })
  expect(body).toMatchObject({ imported: 4, secrets: [{ deviceId: 'speaker-1' }] })
  expect((await desiredOf(house, 'camera-1'))?.secret).toBeUndefined()
  expect(secretMatches('barrier-secret', (await desiredOf(house))?.secretHash ?? '')).toBe(true)
})

test.each([
  ['long', /^[\w-]{43}$/],
  ['typeable', /^[a-km-np-z2-9]{20}$/],
] as const)('a new %s secret replaces the old one', async (form, pattern) => {
  const { house, cookie } = await start()
  const { body } = await call(house, renewDeviceSecret, { params, body: { form }, cookie })
  const { secret } = body as { secret: string }
  expect(secret).toMatch(pattern)
  const hash = (await desiredOf(house))?.secretHash ?? ''
  expect([secretMatches(secret, hash), secretMatches('barrier-secret', hash)]).toEqual([true, false])
  const { body: again } = await call(house, renewDeviceSecret, { params, body: { form }, cookie })
  expect((again as { secret: string }).secret).not.toBe(secret)
})

test('a camera has its own password, which is not made here', async () => {
  const { house, cookie } = await start()
  const camera = { compoundId: 'garden', kind: 'camera', name: 'C', place: 'N', address: 'http://10.0.0.1/' }
  await call(house, putDevice, { params: { deviceId: 'camera-1' }, body: camera, cookie })
  const ask = { params: { deviceId: 'camera-1' }, body: {}, cookie }
  expect((await call(house, renewDeviceSecret, ask)).body).toMatchObject({ code: 'SECRET_OF_CAMERA' })
  expect((await call(house, issueDeviceCertificate, ask)).body).toMatchObject({ code: 'SECRET_OF_CAMERA' })
})

test.each(databases)(
  'a certificate with a key of its own is issued, listed and told the gateway (%s)',
  async (kind) => {
    const { house, cookie, issue } = await start(kind)
    expect(await lastDesired(house)).not.toHaveProperty('ca')
    const { certificate, pem, ca, key = '' } = await issue()

    const parsed = new X509Certificate(pem)
    expect(parsed.subject).toBe(`CN=${deviceId}`)
    expect(parsed.verify(new X509Certificate(ca).publicKey)).toBe(true)
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(certificate).toMatchObject({ deviceId, state: 'valid', issuedBy: 'installer1' })
    expect(certificate.expiresAt - certificate.issuedAt).toBe(730 * 86_400_000)

    expect(await lastDesired(house)).toMatchObject({ ca })
    expect((await desiredOf(house))?.certificates).toEqual([certificate.serial])
    expect((await call(house, listDeviceCertificates, { params, cookie })).body).toEqual([certificate])
    const stored = JSON.stringify(await house.db.selectFrom('device_certificates').selectAll().execute())
    expect(stored).not.toContain('PRIVATE')
  },
)

test('a key that the device has made stays there', async () => {
  const { house, issue } = await start()
  const csr = execFileSync(
    'openssl',
    [
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=anybody',
    ].concat(['-keyout', '/dev/null']),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  ).toString()
  const issued = await issue({ csr, days: 30 })
  expect(issued).not.toHaveProperty('key')
  // Whatever the request says, the certificate is for this device.
  expect(new X509Certificate(issued.pem).subject).toBe(`CN=${deviceId}`)
  expect(issued.certificate.expiresAt - house.time.now).toBe(30 * 86_400_000)
})

test.each([
  [{ csr: 'no request at all' }, 'BAD_CERTIFICATE_REQUEST'],
  [{ days: 1827 }, 'INVALID_INPUT'],
  [{ days: 0 }, 'INVALID_INPUT'],
])('%j is refused', async (body, code) => {
  const { house, cookie } = await start()
  expect((await call(house, issueDeviceCertificate, { params, body, cookie })).body).toMatchObject({ code })
  expect((await call(house, listDeviceCertificates, { params, cookie })).body).toEqual([])
})

test.each(databases)('a revoked certificate leaves the list of the gateway, the others stay (%s)', async (kind) => {
  const { house, cookie, issue } = await start(kind)
  const [first, second] = [(await issue()).certificate, (await issue()).certificate]
  const serialOf = { ...params, serial: first.serial }
  const revoke = (reason: string) =>
    call(house, revokeDeviceCertificate, { params: serialOf, body: { reason }, cookie })
  expect((await revoke('lost')).body).toMatchObject({ state: 'revoked', reason: 'lost', revokedBy: 'installer1' })
  expect((await desiredOf(house))?.certificates).toEqual([second.serial])
  // What was said first stays.
  expect((await revoke('again')).body).toMatchObject({ reason: 'lost' })
  const other = { deviceId: 'barrier-lake', serial: second.serial }
  const foreign = await call(house, revokeDeviceCertificate, { params: other, body: { reason: 'x' }, cookie })
  expect(foreign.status).toBe(404)
})

test('an expired certificate is no longer told, and makes room for others', async () => {
  const { house } = await start()
  const { deviceCredentials } = house.services
  for (let i = 0; i < 8; i += 1) await deviceCredentials.issue(system, deviceId, { days: 1 })
  await expect(deviceCredentials.issue(system, deviceId, {})).rejects.toMatchObject({ code: 'TOO_MANY_CERTIFICATES' })
  house.time.now += 86_400_001
  await deviceCredentials.issue(system, deviceId, {})
  expect((await desiredOf(house))?.certificates).toHaveLength(1)
  const states = (await deviceCredentials.list(system, deviceId)).map(({ state }) => state)
  expect(states).toEqual(['valid', ...Array.from({ length: 8 }, () => 'expired')])
})
