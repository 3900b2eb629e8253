import { expect, onTestFinished, test, vi } from 'vitest'
import { startPlatform, startTestGateway } from '../../gateway/test/compound-setup.ts'
import { createLogger } from '../src/core/logger.ts'
import { createRandom } from '../src/core/seeded-random.ts'
import { startSimDevice } from '../src/core/start-sim-device.ts'
import { vzenithCamera } from '../src/devices/vzenith-camera.device.ts'
import { passedInput } from '../src/devices/vzenith-speech.ts'

const deviceId = '8fcd1c4e-20ca9ecb'
const secret = 'secret of the camera'
const soon = { timeout: 10_000 }

async function setup() {
  const platform = await startPlatform()
  const settings = { direction: 'in', passedInput }
  const gateway = await startTestGateway(
    { GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${platform.port}` },
    {
      devices: { devices: [{ deviceId, kind: 'vzenith-camera', name: 'North', place: 'Gate', secret, settings }] },
      parking: { permits: [{ plate: '沪A12345', kind: 'monthly', holder: 'Li' }] },
    },
  )
  const loops: boolean[] = []
  const watched: typeof vzenithCamera = {
    ...vzenithCamera,
    report(state) {
      loops.push(state.loop)
      return vzenithCamera.report(state)
    },
  }
  const camera = startSimDevice(watched, {
    ...{ deviceId, secret, broker: `mqtt://127.0.0.1:${gateway.mqttPort}` },
    ...{ random: createRandom('camera'), logger: createLogger(() => undefined), pace: 10 },
  })
  onTestFinished(() => camera.stop())
  await vi.waitFor(() => expect(camera.isConnected()).toBe(true), soon)
  const told = () => platform.records().map(({ type }) => type)
  const arrive = (plate: string, patienceMs = 20_000) =>
    camera.stimulate({ type: 'vehicle', plate, colour: 'blue', confidence: 97, patienceMs })
  const lane = () => told().filter((type) => type.startsWith('parking.'))
  return { platform, camera, loops, arrive, told, lane }
}

test('a permitted car drives through: read, opened in the dialect, seen behind the arm; its picture is no second car', async () => {
  const { camera, arrive, told, lane } = await setup()
  camera.faults.inject({ type: 'duplicate-events' })
  arrive('沪A12345')
  await vi.waitFor(() => expect(lane()).toContain('parking.vehicle-passed'), soon)
  arrive('沪B00001')
  await vi.waitFor(() => expect(lane()).toContain('parking.vehicle-reversed'), soon)
  expect(lane().filter((type) => type === 'parking.entry-opened')).toHaveLength(1)
  expect(lane().filter((type) => type === 'parking.vehicle-passed')).toHaveLength(1)
  expect(told()).not.toContain('devices.command-failed')
})

test('what the camera kept while it was cut off is history: it opens nothing', async () => {
  const { platform, camera, loops, arrive, lane } = await setup()
  camera.faults.inject({ type: 'drop-connection' })
  await vi.waitFor(() => expect(camera.isConnected()).toBe(false), soon)
  arrive('沪A12345', 1000)
  await vi.waitFor(() => expect(loops.slice(loops.indexOf(true))).toContain(false), soon)
  camera.faults.clear('drop-connection')
  await vi.waitFor(() => expect(lane()).toEqual(['parking.entry-opened', 'parking.vehicle-reversed']), soon)
  expect(platform.records().filter(({ type }) => type.startsWith('parking.'))).toMatchObject([
    { late: true, deviceId },
    { late: true, deviceId },
  ])
})
