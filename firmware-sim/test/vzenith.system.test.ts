import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { getCommand, listDevices, listPassages, sendCommand } from '@gatehouse/platform/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { vzenithCamera } from '../src/devices/vzenith-camera.device.ts'
import { passedInput } from '../src/devices/vzenith-speech.ts'
import { secretOf, type House } from './house/house.ts'
import { setupHouse } from './house/setup.ts'
import { startTwin } from './house/twins.ts'

const run = promisify(execFile)
const soon = { timeout: 15_000 }
const sn = '8fcd1c4e-20ca9ecb'

const setup = () =>
  setupHouse({
    devices: { [sn]: { kind: 'vzenith-camera', settings: { direction: 'in', passedInput } } },
    permits: [{ plate: '沪A12345', kind: 'monthly', holder: 'Li' }],
  })

const decisions = async (house: House) => {
  const passages = await house.admin.call(listPassages, { querystring: {} })
  return passages.map(({ matchedPlate, rawPlate, decision, late }) => [matchedPlate ?? rawPlate, decision, late])
}

test('a car with a permit is let in by a camera that speaks its maker’s dialect; what it kept offline comes late', async () => {
  const house = await setup()
  const camera = await startTwin(vzenithCamera, { house, deviceId: sn, pace: 10 })
  const arrive = (plate: string) =>
    camera.stimulate({ type: 'vehicle', plate, colour: 'blue', confidence: 97, patienceMs: 3000 })
  camera.faults.inject({ type: 'duplicate-events' })
  arrive('沪A12345')
  await vi.waitFor(async () => expect(await decisions(house)).toEqual([['沪A12345', 'open', false]]), soon)

  await vi.waitFor(() => expect(camera.last()).toMatchObject({ arm: 'closed', loop: false }), soon)
  const before = camera.reports().length
  camera.faults.inject({ type: 'drop-connection' })
  arrive('沪B00001')
  const isBack = () =>
    camera
      .reports()
      .slice(before + 1)
      .some(({ loop }) => !loop)
  await vi.waitFor(() => expect(isBack()).toBe(true), soon)
  camera.faults.clear('drop-connection')
  await vi.waitFor(async () => expect(await decisions(house)).toHaveLength(2), soon)
  expect(await decisions(house)).toContainEqual(['沪B00001', 'refuse', true])
})

test('an operator opens: mosquitto_sub hears the order, mosquitto_pub answers it', async () => {
  const house = await setup()
  const { admin } = house
  const credentials = ['-h', '127.0.0.1', '-p', String(house.mqttPort()), '-u', sn, '-P', secretOf(sn), '-q', '1']
  const down = `device/${sn}/message/down`
  const listener = spawn('mosquitto_sub', [...credentials, '-i', sn, '-t', `${down}/#`])
  onTestFinished(() => void listener.kill())
  const heard = once(createInterface(listener.stdout), 'line') as Promise<[string]>
  const online = async () =>
    expect(await admin.call(listDevices, { querystring: {} })).toMatchObject([{ online: true }])
  await vi.waitFor(online, soon)

  const body = { name: 'open', args: {}, reason: 'visitor' }
  const { commandId } = await admin.call(sendCommand, { params: { deviceId: sn }, body })
  const [line] = await heard
  expect(JSON.parse(line)).toEqual({
    Response_AlarmInfoPlate: { info: 'ok', channelNum: 0, delay: 1000, msgId: commandId },
  })
  const answer = JSON.stringify({ state_code: 200, msgId: commandId })
  await run('mosquitto_pub', [...credentials, '-i', sn, '-t', `${down}/ivs_result/reply`, '-m', answer])
  const done = async () =>
    expect(await admin.call(getCommand, { params: { commandId } })).toMatchObject({ state: 'done' })
  await vi.waitFor(done, soon)
})
