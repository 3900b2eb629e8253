import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { expect, onTestFinished, test, vi } from 'vitest'
import { certificateProblem, createRequest, datesOf } from '../src/adapters/identity/certificate-request.ts'
import { startRenewal } from '../src/adapters/identity/renewal.ts'
import type { MachineIdentity } from '../src/core/ports.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 86_400_000
const start = Date.parse('2026-06-01T00:00:00Z')
const gatewayId = 'garden-gw'

/** Signs whatever it is asked to, as the platform does. */
async function createAuthority() {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const dates = { notBefore: new Date(start - day), notAfter: new Date(start + 3650 * day) }
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ name: [{ CN: ['Authority'] }], keys, signingAlgorithm: algorithm, ...dates },
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  })
  return {
    ca: root.toString('pem'),
    async sign(csr: string, from: number, name = gatewayId) {
      const certificate = await x509.X509CertificateGenerator.create({
        ...{ subject: [{ CN: [name] }], issuer: root.subjectName, signingAlgorithm: algorithm },
        ...{ signingKey: keys.privateKey, publicKey: new x509.Pkcs10CertificateRequest(csr).publicKey },
        ...{ notBefore: new Date(from), notAfter: new Date(from + 90 * day) },
      })
      return certificate.toString('pem')
    },
  }
}

async function setup() {
  vi.useFakeTimers({ now: start, toFake: ['setInterval', 'clearInterval', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const authority = await createAuthority()
  const { csr, key } = await createRequest()
  const { ca } = authority
  let current: MachineIdentity = {
    ...{ gatewayId, key, ca, certificate: await authority.sign(csr, start) },
    ...{ platformUrl: 'https://centre.example', uplinkUrl: 'mqtts://centre.example:8884' },
  }
  const warnings: object[] = []
  const asked: string[] = []
  const logger = { debug: vi.fn(), info: vi.fn(), warn: (fields: object) => void warnings.push(fields), error: vi.fn() }
  const renewal = startRenewal({
    identity: {
      current: () => current,
      onReplaced: () => undefined,
      replace: async (renewed) => {
        current = { ...current, ...renewed }
      },
    },
    ask: (request) => void asked.push(request),
    clock: { now: () => Date.now() },
    logger,
  })
  onTestFinished(() => {
    renewal.close()
  })
  /** Lets time pass and answers the newest request, if there is any since. */
  async function wait(ms: number) {
    const before = asked.length
    vi.advanceTimersByTime(ms)
    // Making a key takes its time.
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before))
    return asked.at(-1) ?? ''
  }
  return { authority, renewal, asked, warnings, wait, identity: () => current }
}

test('nothing is asked for before two thirds of the time, and then every hour until it is there', async () => {
  const { asked, wait, renewal, authority, identity } = await setup()
  vi.advanceTimersByTime(60 * day - 3_600_000)
  expect(asked).toEqual([])
  await wait(3_600_000)
  const csr = await wait(3_600_000)
  expect(new Set(asked).size).toBe(2)

  const before = identity()
  const certificate = await authority.sign(csr, Date.now())
  await renewal.answered({ certificate, ca: authority.ca })
  expect(identity()).toMatchObject({ certificate })
  expect(identity().key).not.toBe(before.key)
  expect(certificateProblem(identity(), Date.now())).toBeUndefined()
  expect(datesOf(certificate).to - Date.now()).toBeGreaterThan(89 * day)
  vi.advanceTimersByTime(59 * day)
  expect(asked).toHaveLength(2)
})

test('an answer to an earlier request, for another gateway or of another authority changes nothing', async () => {
  const { wait, renewal, authority, identity, warnings } = await setup()
  const earlier = await wait(60 * day)
  const csr = await wait(3_600_000)
  const before = identity()
  const other = await createAuthority()
  const now = Date.now()
  for (const [certificate, ca] of [
    [await authority.sign(earlier, now), authority.ca],
    [await authority.sign(csr, now, 'lake-gw'), authority.ca],
    [await authority.sign(csr, now - 91 * day), authority.ca],
    [await other.sign(csr, now), other.ca],
    [await other.sign(csr, now), authority.ca],
    ['no certificate', authority.ca],
  ] as const)
    await renewal.answered({ certificate, ca })
  expect(identity()).toEqual(before)
  expect(warnings).toMatchObject([
    { problem: 'it is for another key' },
    { problem: 'it is for another gateway' },
    { problem: expect.stringContaining('clock') as string },
    { problem: 'it comes from another authority' },
    { problem: 'it is not signed by the authority' },
    { problem: 'it cannot be read' },
  ])
})

test('an answer that nobody asked for is passed over', async () => {
  const { renewal, authority, identity } = await setup()
  const before = identity()
  const { csr } = await createRequest()
  await renewal.answered({ certificate: await authority.sign(csr, start), ca: authority.ca })
  expect(identity()).toEqual(before)
})
