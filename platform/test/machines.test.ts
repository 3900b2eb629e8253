import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  createEnrolmentCode,
  enrolGateway,
  getAuthority,
  getRevocationList,
  listCertificates,
  putGateway,
  putMedia,
  revokeCertificate,
} from '../src/contract/index.ts'
import { openVault } from '../src/core/vault.ts'
import { openCertificateAuthority } from '../src/modules/machines/certificate-authority.ts'
import { createRequest, enrol, requestWith, serialOf } from './machines-setup.ts'
import { call, databases, furnish, setup, signInAs, system, usePostgres } from './setup.ts'

const createDatabase = usePostgres()
const minute = 60_000
const day = 24 * 60 * minute
const gatewayId = 'gw-garden'
const params = { gatewayId }

async function start(databaseUrl?: string) {
  const house = await setup({ databaseUrl })
  const secrets = await furnish(house)
  const { certificates, enrolments, machineAlerts, alerts, registry } = house.services
  return { house, secrets, certificates, enrolments, machineAlerts, alerts, registry, time: house.time }
}

describe.each(databases)('with %s', (kind) => {
  const begin = async () => start(await createDatabase(kind))

  test('a code becomes a certificate of the key that asked, for the gateway it was made for', async () => {
    const { house, certificates, registry, secrets } = await begin()
    const enrolled = await enrol(house, gatewayId)
    expect(enrolled).toMatchObject({ gatewayId, uplinkPort: 8884, ca: house.services.authority.caPem() })

    const certificate = new X509Certificate(enrolled.certificate)
    expect(certificate.checkIssued(new X509Certificate(enrolled.ca))).toBe(true)
    expect(certificate.verify(new X509Certificate(enrolled.ca).publicKey)).toBe(true)
    expect(certificate.subject).toBe(`CN=${gatewayId}`)
    expect(certificate.ca).toBe(false)
    expect(certificate.validToDate.getTime() - house.time.now).toBe(90 * day)
    expect(await certificates.judge(gatewayId, enrolled.serial)).toBe('valid')
    expect(await certificates.judge('gw-lake', enrolled.serial)).toBe('refused')
    // Its secret is history, and whoever is connected by it is shown out.
    expect(await registry.authenticate(gatewayId, secrets[gatewayId] ?? '')).toBe(false)
    expect(await registry.authenticate('gw-lake', secrets['gw-lake'] ?? '')).toBe(true)
    expect(house.gateway.disconnected).toEqual([gatewayId])
  })

  test('a code is good once, and a second code ends the first', async () => {
    const { house, enrolments } = await begin()
    const first = await enrolments.createCode(system, gatewayId)
    const second = await enrolments.createCode(system, gatewayId)
    const { csr } = await createRequest()
    for (const [code, status] of [
      [first.code, 401],
      [second.code, 200],
      [second.code, 401],
    ] as const) {
      const { body } = await requestWith(code, csr)
      expect((await call(house, enrolGateway, { body })).status).toBe(status)
    }
  })

  test('of two who use a code at once one is enrolled', async () => {
    const { house, enrolments } = await begin()
    const { code } = await enrolments.createCode(system, gatewayId)
    const bodies = await Promise.all(
      [await createRequest(), await createRequest()].map(async ({ csr }) => (await requestWith(code, csr)).body),
    )
    const answers = await Promise.all(bodies.map((body) => call(house, enrolGateway, { body })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  test('a code ends after 15 minutes', async () => {
    const { house, enrolments, time } = await begin()
    const { code, expiresAt } = await enrolments.createCode(system, gatewayId)
    expect(expiresAt).toBe(time.now + 15 * minute)
    const { csr } = await createRequest()
    const { body } = await requestWith(code, csr)
    time.now += 15 * minute
    expect(await call(house, enrolGateway, { body })).toMatchObject({
      status: 401,
      body: { code: 'ENROLMENT_REFUSED' },
    })
    await enrolments.forgetExpired()
    expect(await house.db.selectFrom('enrolment_codes').selectAll().execute()).toEqual([])
  })

  test('a request that was changed on its way is refused, and the fifth ends the code', async () => {
    const { house, enrolments } = await begin()
    const { code } = await enrolments.createCode(system, gatewayId)
    const { body } = await requestWith(code, (await createRequest()).csr)
    const changed = { ...body, csr: (await createRequest()).csr }
    for (let attempt = 0; attempt < 4; attempt += 1)
      expect((await call(house, enrolGateway, { body: changed })).status).toBe(401)
    const unharmed = await house.db.selectFrom('enrolment_codes').select('failures').execute()
    expect(unharmed).toEqual([{ failures: 4 }])
    await call(house, enrolGateway, { body: changed })
    expect((await call(house, enrolGateway, { body })).status).toBe(401)
  })

  test('the code itself is nowhere in the database', async () => {
    const { house, enrolments } = await begin()
    const { code } = await enrolments.createCode(system, gatewayId)
    const stored = JSON.stringify(await house.db.selectFrom('enrolment_codes').selectAll().execute())
    const { body } = await requestWith(code, 'csr')
    expect(stored).toContain(body.codeId)
    const secret = Buffer.from(code.replaceAll('-', '')).toString('base64')
    for (const part of [code, code.slice(0, 9), secret.slice(0, 12)]) expect(stored).not.toContain(part)
  })

  test('a renewed certificate ends the one before it when it is used', async () => {
    const { house, certificates, time } = await begin()
    const { serial: first } = await enrol(house, gatewayId)
    time.now += 60 * day
    const { certificate } = await certificates.renew(gatewayId, (await createRequest()).csr)
    const second = serialOf(certificate)
    // The gateway may not have received it: the old one still counts.
    expect(await certificates.judge(gatewayId, first)).toBe('valid')
    expect(await certificates.judge(gatewayId, second)).toBe('valid')
    expect(await certificates.judge(gatewayId, first)).toBe('superseded')
    expect(await certificates.list(system, gatewayId)).toMatchObject([
      { serial: second, state: 'valid', issuedBy: 'renewal', expiresAt: time.now + 90 * day },
      { serial: first, state: 'superseded', issuedBy: 'enrolment' },
    ])
  })

  test('a certificate ends with its time, and then nothing can be renewed', async () => {
    const { house, certificates, time } = await begin()
    const { serial } = await enrol(house, gatewayId)
    time.now += 90 * day
    expect(await certificates.judge(gatewayId, serial)).toBe('refused')
    await expect(certificates.renew(gatewayId, (await createRequest()).csr)).rejects.toThrow('enrol it again')
  })

  test('who asks again for an answer that was lost gets one certificate, not more and more', async () => {
    const { house, certificates, time } = await begin()
    const { serial: inUse } = await enrol(house, gatewayId)
    time.now += 60 * day
    const renew = async () => serialOf((await certificates.renew(gatewayId, (await createRequest()).csr)).certificate)
    const lost = await renew()
    time.now += minute - 1
    await expect(renew()).rejects.toThrow('cannot be renewed now')
    time.now += 1
    const received = await renew()
    const judge = (serial: string) => certificates.judge(gatewayId, serial)
    expect([await judge(lost), await judge(inUse), await judge(received)]).toEqual(['superseded', 'valid', 'valid'])
  })

  test('revoking shuts out at once, with all that was renewed from it, and for good', async () => {
    const { house, certificates, registry, secrets, time } = await begin()
    const { serial } = await enrol(house, gatewayId)
    const { token = '' } = (await certificates.token(gatewayId)) ?? {}
    time.now += 1000
    const renewed = serialOf((await certificates.renew(gatewayId, (await createRequest()).csr)).certificate)
    house.gateway.disconnected.splice(0)

    const revoked = await certificates.revoke(system, { gatewayId, serial, reason: 'stolen' })
    expect(revoked).toMatchObject({ serial, state: 'revoked', revokedBy: 'admin', reason: 'stolen' })
    expect(house.gateway.disconnected).toEqual([gatewayId])
    for (const one of [serial, renewed]) expect(await certificates.judge(gatewayId, one)).toBe('refused')
    expect(await certificates.gatewayOf(token)).toBeUndefined()
    expect(await certificates.token(gatewayId)).toBeUndefined()
    await expect(certificates.renew(gatewayId, (await createRequest()).csr)).rejects.toThrow('enrol it again')
    expect(await registry.authenticate(gatewayId, secrets[gatewayId] ?? '')).toBe(false)

    // The replaced box is enrolled anew and is another one.
    time.now += 1000
    const next = await enrol(house, gatewayId)
    expect(await certificates.judge(gatewayId, next.serial)).toBe('valid')
    expect(await certificates.gatewayOf(token)).toBeUndefined()
  })

  test('a token lets its gateway in over HTTP for an hour', async () => {
    const { house, certificates, time } = await begin()
    await enrol(house, gatewayId)
    const { token = '', expiresAt } = (await certificates.token(gatewayId)) ?? {}
    expect(expiresAt).toBe(time.now + 60 * minute)
    const put = (authorization: string) =>
      house.app.inject({
        method: putMedia.method,
        url: `/api/media/${'a'.repeat(64)}`,
        headers: { authorization, 'content-type': 'image/jpeg' },
        payload: Buffer.from('no picture'),
      })
    const basic = (name: string) => `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`
    // 415: it came in, and is no picture.
    for (const good of [`Bearer ${token}`, basic(gatewayId)]) expect((await put(good)).statusCode).toBe(415)
    for (const bad of [
      `Bearer ${token.replace(/.(?=.{30}$)/, (letter) => (letter === 'A' ? 'B' : 'A'))}`,
      basic('gw-lake'),
      'Bearer v1:',
      'Bearer v1:AAAA',
    ])
      expect([bad, (await put(bad)).statusCode]).toEqual([bad, 401])
    time.now += 60 * minute
    expect((await put(`Bearer ${token}`)).statusCode).toBe(401)
  })

  test('a gateway that has its secret gets no token', async () => {
    const { certificates } = await begin()
    expect(await certificates.token(gatewayId)).toBeUndefined()
  })

  test('people are told of a certificate that is not renewed in time, once, until it is', async () => {
    const { house, certificates, machineAlerts, alerts, time } = await begin()
    await enrol(house, gatewayId)
    const open = async () => (await alerts.list(system, { state: 'unresolved' })).map(({ type }) => type)
    time.now += 83 * day - 1
    await machineAlerts.lookForExpiry()
    expect(await open()).toEqual([])
    time.now += 1
    await machineAlerts.lookForExpiry()
    await machineAlerts.lookForExpiry()
    expect(await open()).toEqual(['devices.certificate-expiring'])
    await certificates.renew(gatewayId, (await createRequest()).csr)
    await machineAlerts.lookForExpiry()
    expect(await open()).toEqual([])
  })

  test('shared credentials are one critical alert until somebody closes it', async () => {
    const { machineAlerts, alerts } = await begin()
    const facts = { takeovers: 3, addresses: ['10.0.0.1', '10.0.0.2'] }
    for (let count = 0; count < 2; count += 1) await machineAlerts.credentialShared(gatewayId, facts)
    await machineAlerts.credentialShared('nobody', facts)
    expect(await alerts.list(system, {})).toMatchObject([
      {
        type: 'identity.credential-shared',
        severity: 'critical',
        compoundId: 'garden',
        details: { gatewayId, ...facts },
      },
    ])
  })

  test('of several processes on one database all have the same authority', async () => {
    const { house } = await begin()
    const vault = await openVault(house.folder)
    const others = await Promise.all(
      [1, 2].map(() => openCertificateAuthority({ db: house.db, vault, clock: { now: () => house.time.now } })),
    )
    for (const other of others) expect(other.caPem()).toBe(house.services.authority.caPem())
  })

  test('without the key file of its database the authority says what to restore', async () => {
    const { house } = await begin()
    const vault = await openVault(`${house.folder}/another`)
    const opened = openCertificateAuthority({ db: house.db, vault, clock: { now: () => house.time.now } })
    await expect(opened).rejects.toThrow('secrets.key')
  })
})

test('the list of revoked certificates is signed and names them', async () => {
  const { house, certificates } = await start()
  const { serial } = await enrol(house, gatewayId)
  await certificates.revoke(system, { gatewayId, serial, reason: 'lost' })
  const list = await house.app.inject(getRevocationList.url)
  expect(list.headers['content-type']).toBe('application/x-pem-file')
  const ca = await house.app.inject(getAuthority.url)
  expect(ca.body).toBe(house.services.authority.caPem())
  const { X509Certificate: Certificate, X509Crl } = await import('@peculiar/x509')
  const parsed = new X509Crl(list.body)
  expect(parsed.entries.map(({ serialNumber }) => serialNumber)).toEqual([serial])
  expect(await parsed.verify({ publicKey: new Certificate(ca.body) })).toBe(true)
})

test('what cannot be certified is refused in words and does not cost the code', async () => {
  const { house, enrolments } = await start()
  const { code } = await enrolments.createCode(system, gatewayId)
  const { csr } = await createRequest()
  const forged = csr.replace(/[A-Za-z]{4}(?=\S*\n-----END)/, 'AAAA')
  for (const bad of ['no request', forged]) {
    const { body } = await requestWith(code, bad)
    expect(await call(house, enrolGateway, { body })).toMatchObject({
      status: 400,
      body: { code: 'BAD_CERTIFICATE_REQUEST' },
    })
  }
  const { body } = await requestWith(code, csr)
  expect((await call(house, enrolGateway, { body })).status).toBe(200)
})

test('nobody asks for certificates more than ten times a minute', async () => {
  const { house } = await start()
  const body = { codeId: 'a'.repeat(32), csr: 'none', mac: 'b'.repeat(64) }
  const answers = []
  for (let count = 0; count < 11; count += 1) answers.push((await call(house, enrolGateway, { body })).status)
  expect(answers).toEqual([...Array<number>(10).fill(401), 429])
})

test('gateways outside the area cannot be enrolled, looked at or shut out', async () => {
  const { house } = await start()
  const { serial } = await enrol(house, gatewayId)
  const cookie = await signInAs(house, { username: 'i1', role: 'installer', scope: 'riverside/west' })
  const answers = [
    await call(house, createEnrolmentCode, { params, cookie }),
    await call(house, listCertificates, { params, cookie }),
    await call(house, revokeCertificate, { params: { gatewayId, serial }, body: { reason: 'x' }, cookie }),
  ]
  for (const { status, body } of answers) expect([status, body]).toMatchObject([404, { code: 'GATEWAY_NOT_FOUND' }])
})

test('an enrolled gateway gets no new secret', async () => {
  const { house } = await start()
  await enrol(house, gatewayId)
  const cookie = await signInAs(house, { username: 'i1', role: 'installer', scope: '' })
  const body = { compoundId: 'garden', rotateSecret: true }
  expect(await call(house, putGateway, { params, body, cookie })).toMatchObject({
    status: 409,
    body: { code: 'GATEWAY_ENROLLED' },
  })
  expect(await call(house, putGateway, { params, body: { compoundId: 'garden' }, cookie })).toMatchObject({
    body: { gateway: { enrolledAt: expect.any(Number) as number } },
  })
})
