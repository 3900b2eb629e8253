import { spawnSync } from 'node:child_process'
import { cp, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  getTelemetry,
  listAlerts,
  listCertificates,
  listGateways,
  listPassages,
  revokeCertificate,
} from '@gatehouse/platform/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { barrier } from '../src/devices/barrier.device.ts'
import { codeFor, emptyBox, enrolBox, runEnrol, startEnrolled } from './house/enrolment.ts'
import { gatewayId, type House } from './house/house.ts'
import { setupHouse } from './house/setup.ts'
import { carAt, startTwin } from './house/twins.ts'

const within = { timeout: 20_000, interval: 50 }
const resident = '京A12345'
const params = { gatewayId }

const setup = (platformEnv: Readonly<Record<string, string>> = {}) =>
  setupHouse({
    devices: { 'north-in': { kind: 'barrier', settings: { direction: 'in' } } },
    permits: [{ plate: resident, kind: 'monthly', holder: 'Li' }],
    platformEnv: { GATEHOUSE_UPLINK_TLS_HOST: '127.0.0.1', GATEHOUSE_UPLINK_TLS_PORT: '0', ...platformEnv },
  })

const ownGateway = async ({ admin }: House) => (await admin.call(listGateways, {})).find(({ id }) => id === gatewayId)

const untilOnline = (house: House, online: boolean) =>
  vi.waitFor(async () => expect(await ownGateway(house)).toMatchObject({ online }), within)

/** The gateway of the house, on an enrolled box. */
async function enrolHouse(house: House) {
  await house.gateway.stop()
  const code = await codeFor(house)
  const enrolled = await enrolBox(house, { code })
  expect(enrolled).toMatchObject({ exitCode: 0 })
  house.gateway = await startEnrolled(house.data)
  await untilOnline(house, true)
  return { ...enrolled, code }
}

const identityOf = async (data: string) =>
  JSON.parse(await readFile(join(data, 'gateway/identity/identity.json'), 'utf8')) as Record<string, string>

const certificatesOf = async ({ admin }: House) => admin.call(listCertificates, { params })

test('an enrolled gateway needs no secret: devices, pictures and telemetry work until it is revoked', async () => {
  const house = await setup()
  const { output, code } = await enrolHouse(house)
  expect(output).toContain(`Enrolled as "${gatewayId}"`)
  const { mode } = await stat(join(house.data, 'gateway/identity/identity.json'))
  expect(mode & 0o777).toBe(0o600)
  expect(house.platform.output() + house.gateway.output()).not.toContain(code.slice(0, 9))

  const lane = await startTwin(barrier, { house, deviceId: 'north-in', pace: 5 })
  lane.stimulate(carAt(house, 'north-in', { plate: resident }))
  const passage = await vi.waitFor(async () => {
    const [first] = await house.admin.call(listPassages, { querystring: {} })
    expect(first).toMatchObject({ matchedPlate: resident, decision: 'open' })
    return first
  }, within)
  await vi.waitFor(async () => {
    const picture = await fetch(`${house.admin.url}/api/media/${passage?.picture ?? ''}`, {
      headers: { cookie: house.admin.cookie },
    })
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  }, within)
  await vi.waitFor(async () => {
    const querystring = { reading: 'temperature', from: Date.now() - 3_600_000, to: Date.now() + 1000, points: 1 }
    const { points } = await house.admin.call(getTelemetry, { params: { deviceId: 'north-in' }, querystring })
    expect(points.length).toBeGreaterThan(0)
  }, within)

  const [certificate] = await certificatesOf(house)
  const revoked = Date.now()
  await house.admin.call(revokeCertificate, {
    params: { gatewayId, serial: certificate?.serial ?? '' },
    body: { reason: 'the box was stolen' },
  })
  await untilOnline(house, false)
  expect(Date.now() - revoked).toBeLessThan(3000)
  // It tries again and again, and is refused each time; the compound goes on alone.
  await vi.waitFor(async () => {
    const metrics = await (await fetch(`${house.admin.url}/metrics`)).text()
    const refused = /gatehouse_refused_total\{listener="uplink",reason="credentials"\} (\d+)/.exec(metrics)?.[1]
    expect(Number(refused ?? 0)).toBeGreaterThanOrEqual(2)
  }, within)
  expect(await ownGateway(house)).toMatchObject({ online: false })
  expect(house.gateway.isRunning()).toBe(true)
})

test('the secret of an enrolled gateway is of no use any more', async () => {
  const house = await setup()
  await house.gateway.stop()
  expect(await enrolBox(house, { code: await codeFor(house), data: await emptyBox(house, 'new-box') })).toMatchObject({
    exitCode: 0,
  })
  await house.startGateway() // the old box, which still has it
  await vi.waitFor(() => expect(house.gateway.output()).toContain('platform not connected'), within)
  expect(await ownGateway(house)).toMatchObject({ online: false })
})

test('codes that are wrong, used or typed badly are refused in words', async () => {
  const house = await setup()
  await house.gateway.stop()
  const data = await emptyBox(house, 'box')
  const code = await codeFor(house)
  const swapped = (place: number) => code.slice(0, place) + (code[place] === '7' ? '8' : '7') + code.slice(place + 1)

  expect(await enrolBox(house, { code: 'hello', data })).toMatchObject({
    exitCode: 2,
    output: expect.stringContaining('eight groups of four') as string,
  })
  expect(await enrolBox(house, { code: swapped(3), data })).toMatchObject({
    exitCode: 3,
    output: expect.stringContaining('wrong, used or too old') as string,
  })
  expect(await enrolBox(house, { code, data })).toMatchObject({ exitCode: 0 })
  expect(await enrolBox(house, { code, data })).toMatchObject({ exitCode: 3 })
  expect(await runEnrol(['--platform', 'http://centre.example', '--code', code])).toMatchObject({
    exitCode: 2,
    output: expect.stringContaining('https://') as string,
  })
  const nobody = await runEnrol(['--platform', 'http://127.0.0.1:9', '--data', data, '--code', code])
  expect(nobody).toMatchObject({ exitCode: 5, output: expect.stringContaining('does not answer') as string })
})

test('another authority than the one that the code names is refused, and nothing is kept', async () => {
  const house = await setup()
  await house.gateway.stop()
  const data = await emptyBox(house, 'box')
  const code = await codeFor(house)
  const elsewhere = `${code.slice(0, 20)}0000-0000-0000-0000`
  const answer = await enrolBox(house, { code: elsewhere, data })
  expect(answer).toMatchObject({
    exitCode: 4,
    output: expect.stringContaining('not the one that the code names') as string,
  })
  await expect(identityOf(data)).rejects.toThrow('ENOENT')
})

test('somebody in between can neither change what is asked nor what is answered', async () => {
  const house = await setup()
  await house.gateway.stop()
  const data = await emptyBox(house, 'box')
  const seen: string[] = []
  const proxy = createServer((request, response) => {
    void (async () => {
      const body = await text(request)
      seen.push(body)
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(house.admin.url + (request.url ?? ''), { method: 'POST', headers, body })
      const said = await answer.text()
      seen.push(said)
      response.writeHead(answer.status, headers).end(said.replace(gatewayId, 'another-gw'))
    })()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close())
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const code = await codeFor(house)
  const answer = await runEnrol(['--platform', url, '--data', data, '--code', code])
  expect(answer).toMatchObject({ exitCode: 4, output: expect.stringContaining('does not prove') as string })
  await expect(identityOf(data)).rejects.toThrow('ENOENT')
  expect(seen.join('\n')).not.toContain(code.slice(0, 9))
  expect(seen.join('\n')).not.toContain('PRIVATE KEY')
})

test('the uplink speaks TLS 1.2 and 1.3 and nothing older, and shows no certificate that a browser would take', async () => {
  const house = await setup()
  const { uplinkTlsPort } = house.platform.ready as { uplinkTlsPort: number }
  const connect = (version: string) =>
    spawnSync(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${uplinkTlsPort}`, `-${version}`, '-cipher', 'DEFAULT@SECLEVEL=0', '-brief'],
      { input: '', encoding: 'utf8', timeout: 10_000 },
    )
  for (const version of ['tls1', 'tls1_1']) expect([version, connect(version).status]).toEqual([version, 1])
  for (const version of ['tls1_2', 'tls1_3'])
    expect(connect(version).stderr).toMatch(/CONNECTION ESTABLISHED[^]*uplink\.gatehouse\.internal/)
})

test('a gateway renews its certificate by itself, with a new key, and loses nothing meanwhile', async () => {
  // 35 seconds; renewed after 23.
  const house = await setup({ GATEHOUSE_CERTIFICATE_DAYS: '0.0004' })
  await enrolHouse(house)
  const before = await identityOf(house.data)
  const lane = await startTwin(barrier, { house, deviceId: 'north-in', pace: 5 })
  await vi.waitFor(
    async () => {
      const states = (await certificatesOf(house)).map(({ state, issuedBy }) => `${issuedBy} ${state}`)
      expect(states).toEqual(['renewal valid', 'enrolment superseded'])
    },
    { timeout: 40_000, interval: 200 },
  )
  await untilOnline(house, true)
  const after = await identityOf(house.data)
  expect(after['certificate']).not.toBe(before['certificate'])
  expect(after['key']).not.toBe(before['key'])
  lane.stimulate(carAt(house, 'north-in', { plate: resident }))
  await vi.waitFor(async () => {
    expect(await house.admin.call(listPassages, { querystring: {} })).toMatchObject([{ matchedPlate: resident }])
  }, within)
})

test('two boxes with one identity are reported within seconds', async () => {
  const house = await setup()
  await enrolHouse(house)
  const copy = await emptyBox(house, 'copy')
  await cp(join(house.data, 'gateway/identity'), join(copy, 'gateway/identity'), { recursive: true })
  const thief = await startEnrolled(copy)
  onTestFinished(async () => {
    await thief.stop()
  })
  await vi.waitFor(async () => {
    const alerts = await house.admin.call(listAlerts, { querystring: { state: 'unresolved' } })
    const shared = alerts.filter(({ type }) => type === 'identity.credential-shared')
    expect(shared).toMatchObject([{ severity: 'critical', details: { gatewayId, credential: 'certificate' } }])
  }, within)
})

test('an identity that was damaged says so and is not overwritten', async () => {
  const house = await setup()
  await house.gateway.stop()
  const data = await emptyBox(house, 'box')
  await enrolBox(house, { code: await codeFor(house), data })
  const path = join(data, 'gateway/identity/identity.json')
  await writeFile(path, '{"gatewayId":')
  await expect(startEnrolled(data)).rejects.toThrow('enrol this gateway again')
  expect(await readFile(path, 'utf8')).toBe('{"gatewayId":')
})
