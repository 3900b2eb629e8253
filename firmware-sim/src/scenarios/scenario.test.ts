import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createRandom } from '../core/seeded-random.ts'
import { desiredFile, only } from './desired-file.ts'
import { loadScenario } from './load-scenario.ts'
import { addressFor, parseOptions } from './options.ts'
import { parseScenario } from './scenario.ts'
import { deriveSecret, readSecrets } from './secrets.ts'
import { gapMs, misread, trafficOf } from './traffic.ts'

const load = (name: string, seed = '1', scale = 1) => loadScenario({ name, seed, scale })
const small = {
  name: 'small',
  compounds: [
    {
      compoundId: 'garden',
      gatewayId: 'garden-gw',
      name: 'Garden',
      path: 'street/community/garden',
      devices: [
        { deviceId: 'lane-1', kind: 'barrier', name: 'Lane', place: 'North gate, in', settings: { direction: 'in' } },
        { deviceId: 'cam-1', kind: 'camera', name: 'Yard', place: 'Yard', view: 'courtyard' },
      ],
    },
  ],
  happenings: [{ atSeconds: 1, type: 'vehicle', deviceId: 'lane-1', plate: '沪A12345' }],
}

async function tempFile(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'scenario-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'scenario.json')
  await writeFile(path, text)
  return path
}

test('the compound has the fleet that the demo shows', async () => {
  const { compounds } = await load('compound')
  const count = (kind: string) => compounds[0]?.devices.filter((device) => device.kind === kind).length
  expect(['barrier', 'face-gate', 'speaker', 'camera', 'smoke'].map(count)).toEqual([2, 4, 4, 6, 4])
  expect([compounds[0]?.permits.length, compounds[0]?.people.length]).toEqual([40, 30])
})

test.each([1, 2])('the street is the reference street, %i times', async (scale) => {
  const { compounds } = await load('street', '1', scale)
  const devices = compounds.flatMap((compound) => compound.devices)
  const count = (kind: string) => devices.filter((device) => device.kind === kind).length
  expect(['barrier', 'camera', 'face-gate', 'speaker'].map(count)).toEqual([22, 545, 245, 22].map((n) => n * scale))
  expect(compounds.filter(({ people }) => people.length > 0)).toHaveLength(9 * scale)
  expect(new Set(devices.map(({ deviceId }) => deviceId)).size).toBe(devices.length)
})

test('the same seed gives the same people, plates and happenings; another seed others', async () => {
  expect(await load('compound', 'a')).toEqual(await load('compound', 'a'))
  expect(await load('compound', 'a')).not.toEqual(await load('compound', 'b'))
})

test('built-in scenarios follow the schema of scenario files, and every device lies on the plan', async () => {
  for (const name of ['compound', 'street']) {
    const scenario = await load(name)
    expect(parseScenario(scenario)).toEqual(scenario)
    for (const { plan = { width: 0, height: 0 }, devices } of scenario.compounds) {
      const outside = devices.filter(({ position: { x, y } = { x: -1, y: -1 } }) => !isInside({ x, y }, plan))
      expect(outside).toEqual([])
    }
  }
})

const isInside = ({ x, y }: { x: number; y: number }, plan: { width: number; height: number }) =>
  x > 0 && y > 0 && x < plan.width && y < plan.height

test('traffic follows from the seed and meets only devices and people that are there', async () => {
  const scenario = await load('compound')
  const [compound] = scenario.compounds
  const draw = (seed: string) =>
    (compound ? trafficOf(compound, createRandom(seed)) : []).flatMap(({ next }) =>
      Array.from({ length: 150 }, () => next() ?? []).flat(),
    )
  expect(draw('x')).toEqual(draw('x'))
  expect(draw('x')).not.toEqual(draw('y'))
  expect(() => parseScenario({ ...scenario, happenings: draw('x') })).not.toThrow()
  expect(new Set(draw('x').map(({ type }) => type))).toEqual(
    new Set(['vehicle', 'person', 'stranger', 'card', 'motion']),
  )
})

test('it is quiet at night and busy in the morning', () => {
  const mean = (hour: number) => {
    const random = createRandom('gaps')
    return Array.from({ length: 500 }, () => gapMs(random, 60, hour)).reduce((sum, gap) => sum + gap, 0) / 500
  }
  expect(mean(8)).toBeGreaterThan(50_000)
  expect(mean(8)).toBeLessThan(70_000)
  expect(mean(3)).toBeGreaterThan(3 * mean(8))
})

test('a misread plate differs in one character', () => {
  const random = createRandom('m')
  expect(misread('沪A8XX0B', random)).toMatch(/^沪A(BXX0B|8XXDB|8XX08)$/)
  expect(misread('沪ACCCCC', random)).toBe('沪ACCCCC')
})

test('a scenario file is read, with defaults filled in', async () => {
  const scenario = await load(await tempFile(JSON.stringify(small)))
  expect(scenario.compounds[0]).toMatchObject({ timeZone: 'Asia/Shanghai', permits: [], people: [] })
})

test.each<[string, unknown, RegExp]>([
  ['not a scenario', { name: 'x' }, /compounds/],
  ['an unknown kind of happening', { ...small, happenings: [{ type: 'dance' }] }, /happenings\/0: "dance" is no kind/],
  ['a happening with a hole', { ...small, happenings: [{ type: 'call', atSeconds: 1 }] }, /happenings\/0.*deviceId/],
  [
    'a car at a camera',
    { ...small, happenings: [{ atSeconds: 1, type: 'vehicle', deviceId: 'cam-1', plate: '' }] },
    /"cam-1" is a camera, not a barrier/,
  ],
  [
    'a device that is not there',
    { ...small, happenings: [{ atSeconds: 1, type: 'call', deviceId: 'x' }] },
    /no device "x"/,
  ],
  [
    'a compound twice',
    { ...small, compounds: [...small.compounds, ...small.compounds] },
    /device "lane-1" is there twice/,
  ],
])('%s is refused with what is wrong', async (_name, json, problem) => {
  await expect(load(await tempFile(JSON.stringify(json)))).rejects.toThrow(problem)
})

test('a person who is not there, a file that is not there and one that is no JSON are named', async () => {
  const gate = { deviceId: 'g', kind: 'face-gate', name: 'G', place: 'B 1' }
  const compound = { ...small.compounds[0], devices: [gate] }
  const happenings = [{ atSeconds: 0, type: 'person', deviceId: 'g', personId: 'nobody' }]
  expect(() => parseScenario({ ...small, compounds: [compound], happenings })).toThrow(/no person "nobody"/)
  await expect(load('/nowhere.json')).rejects.toThrow(/neither a built-in scenario/)
  await expect(load(await tempFile('{'))).rejects.toThrow(/is not JSON/)
})

test('the desired file knows every device with its secret, cameras with address and user', async () => {
  const { compounds } = await load('compound')
  const desired = desiredFile(compounds, {
    secretOf: (deviceId) => deriveSecret('s', deviceId),
    addressOf: (deviceId) => (deviceId.includes('-cam-') ? 'http://127.0.0.1:1/onvif/device_service' : undefined),
  })
  expect(desired.devices.devices).toHaveLength(20)
  const camera = desired.devices.devices.find(({ kind }) => kind === 'camera')
  expect(camera).toMatchObject({
    username: 'gatehouse',
    address: expect.stringContaining('onvif'),
    secret: deriveSecret('s', 'cuihu-cam-1'),
  })
  expect(desired.parking.permits).toHaveLength(40)
})

test('one compound of a street can be played alone', async () => {
  const { compounds, happenings } = only(await load('street'), ['heping'])
  expect(compounds.map(({ compoundId }) => compoundId)).toEqual(['heping'])
  expect(happenings).toEqual([])
})

test('secrets come from a file that is checked', async () => {
  const secrets = { 'lane-1': 'long enough' }
  expect(await readSecrets(await tempFile(JSON.stringify(secrets)))).toEqual(secrets)
  await expect(readSecrets(await tempFile('{"lane-1":"short"}'))).rejects.toThrow(/8 to 128/)
})

test('the command line is read, and mistakes are explained', () => {
  const options = parseOptions(['street', '--scale', '3', '--gateway', 'mqtt://h:1', '--gateway', 'garden=mqtt://g:2'])
  expect(options).toMatchObject({ scenario: 'street', scale: 3, seed: '1', isQuiet: false })
  expect(addressFor(options.gateway, 'garden')).toBe('mqtt://g:2')
  expect(addressFor(options.gateway, 'other')).toBe('mqtt://h:1')
  expect(() => parseOptions([])).toThrow(/Name one scenario/)
  expect(() => parseOptions(['street', '--scale', 'x'])).toThrow(/--scale must be a whole number from 1 to 1000/)
  expect(() => parseOptions(['street', '--gateway', 'nonsense'])).toThrow(/needs a URL/)
  expect(() => parseOptions(['street', '--what'])).toThrow(/--what/)
})

test('a scenario file on disk is left as it is', async () => {
  const path = await tempFile(JSON.stringify(small))
  await load(path)
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(small)
})
