import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  issueDeviceCertificate,
  listAlerts,
  listDevices,
  listGateways,
  listPassages,
  revokeDeviceCertificate,
} from '@gatehouse/platform/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createPictureUpload } from '../src/core/media-uploader.ts'
import { createRandom } from '../src/core/seeded-random.ts'
import { startSimDevice } from '../src/core/start-sim-device.ts'
import { barrier } from '../src/devices/barrier.device.ts'
import { readCertificates } from '../src/scenarios/certificates.ts'
import { carOf, createSights } from '../src/scenarios/sights.ts'
import { codeFor, enrolBox, startEnrolled } from './house/enrolment.ts'
import { gatewayId, secretOf, type House } from './house/house.ts'
import { setupHouse } from './house/setup.ts'

const run = promisify(execFile)
const within = { timeout: 20_000, interval: 50 }
const quiet = { info: () => undefined, warn: () => undefined }
const deviceId = 'north-in'
const params = { deviceId }

/** A compound whose enrolled gateway listens to the network, with the certificate that it got by enrolling. */
async function setup() {
  const house = await setupHouse({
    devices: { [deviceId]: { kind: 'barrier', settings: { direction: 'in' } } },
    platformEnv: { GATEHOUSE_UPLINK_TLS_HOST: '127.0.0.1', GATEHOUSE_UPLINK_TLS_PORT: '0' },
  })
  await house.gateway.stop()
  expect(await enrolBox(house, { code: await codeFor(house) })).toMatchObject({ exitCode: 0 })
  house.gateway = await startEnrolled(house.data, { GATEHOUSE_MQTT_HOST: '0.0.0.0', GATEHOUSE_MQTT_TLS_PORT: '0' })
  await vi.waitFor(async () => {
    const gateways = await house.admin.call(listGateways, {})
    expect(gateways.find(({ id }) => id === gatewayId)).toMatchObject({ online: true })
  }, within)
  return { house, tlsPort: Number(house.gateway.ready['mqttTlsPort']) }
}

/** What the installer downloads in the console, as files. */
async function download({ admin, data }: House) {
  const { certificate, pem, ca, key = '' } = await admin.call(issueDeviceCertificate, { params, body: {} })
  const files = { [`${deviceId}.cert.pem`]: pem, [`${deviceId}.key.pem`]: key, 'gatehouse-ca.pem': ca }
  for (const [name, text] of Object.entries(files)) await writeFile(join(data, name), text, { mode: 0o600 })
  return certificate
}

const event = (id: string, plate: string) =>
  JSON.stringify({ id, at: Date.now(), type: 'plate', plate, colour: 'blue', confidence: 96 })

const ownCertificate = ({ data }: House) => [
  ...['--cert', join(data, `${deviceId}.cert.pem`)],
  ...['--key', join(data, `${deviceId}.key.pem`)],
]
const ownSecret = ['-u', deviceId, '-P', secretOf(deviceId)]

/** A device that is not ours. */
const publisherFor = (house: House, port: number) => (credentials: readonly string[], message: string) =>
  run('mosquitto_pub', [
    ...['-h', '127.0.0.1', '-p', String(port), '--cafile', join(house.data, 'gatehouse-ca.pem'), '--insecure'],
    ...credentials,
    ...['-i', deviceId, '-q', '1', '-t', `gh/v1/${deviceId}/event`, '-m', message],
  ])

const refusedPlates = async ({ admin }: House) =>
  (await admin.call(listAlerts, { querystring: {} }))
    .filter(({ type }) => type === 'parking.entry-refused')
    .map(({ details }) => details['rawPlate'])

test('mosquitto_pub signs in with a certificate from the console until it is revoked', async () => {
  const { house, tlsPort } = await setup()
  const certificate = await download(house)
  const publish = publisherFor(house, tlsPort)
  const own = ownCertificate(house)

  await vi.waitFor(() => publish(own, event('try-1', '京A12345')), within)
  await vi.waitFor(async () => expect(await refusedPlates(house)).toContain('京A12345'), within)
  await publish(ownSecret, event('try-2', '京B23456'))
  await vi.waitFor(async () => expect(await refusedPlates(house)).toContain('京B23456'), within)

  await house.admin.call(revokeDeviceCertificate, {
    params: { ...params, serial: certificate.serial },
    body: { reason: 'the controller was stolen' },
  })
  await vi.waitFor(() => expect(publish(own, event('try-3', '京C34567'))).rejects.toThrow(/not authori[sz]ed/i), within)
  await publish(ownSecret, event('try-4', '京D45678'))
})

test('a twin lives with its certificate alone, pictures included, and is cut off when it is revoked', async () => {
  const { house, tlsPort } = await setup()
  const certificate = await download(house)
  const tls = (await readCertificates(house.data, [deviceId]))(deviceId)
  expect(tls.own?.key).toBe(await readFile(join(house.data, `${deviceId}.key.pem`), 'utf8'))
  const lane = startSimDevice(barrier, {
    ...{ deviceId, secret: 'none', tls, logger: quiet, pace: 5 },
    broker: `mqtts://127.0.0.1:${tlsPort}`,
    random: createRandom(deviceId),
  })
  onTestFinished(() => lane.stop())
  await vi.waitFor(() => expect(lane.isConnected()).toBe(true), within)

  const sights = createSights({ name: 'Garden', timeZone: 'Asia/Shanghai' })
  const upload = createPictureUpload(quiet)
  const car = { plate: '京A12345', colour: 'blue', confidence: 97, patienceMs: 60_000 } as const
  const gateway = `https://127.0.0.1:${house.gatewayHttpPort()}`
  const device = { deviceId, kind: 'barrier', name: deviceId, place: deviceId } as const
  const picture = upload({
    deviceId,
    secret: 'none',
    tls,
    gateway,
    picture: sights.vehicle(device, carOf(car.plate, 'blue')),
  })
  expect(await picture).toMatch(/^[0-9a-f]{64}$/)
  lane.stimulate({ type: 'vehicle', ...car, picture })
  await vi.waitFor(async () => {
    const [passage] = await house.admin.call(listPassages, { querystring: {} })
    expect(passage).toMatchObject({ rawPlate: car.plate, picture: await picture })
  }, within)

  const serial = { ...params, serial: certificate.serial }
  await house.admin.call(revokeDeviceCertificate, { params: serial, body: { reason: 'lost' } })
  await vi.waitFor(() => expect(lane.isConnected()).toBe(false), within)
  await vi.waitFor(async () => {
    const [known] = await house.admin.call(listDevices, { querystring: {} })
    expect(known).toMatchObject({ online: false })
  }, within)
})
