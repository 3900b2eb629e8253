import { loadImage } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { createRandom } from '../core/seeded-random.ts'
import { corridorScene } from './corridor.ts'
import { courtyardScene } from './courtyard.ts'
import { frameHeight, frameWidth, lightAt, photograph, stampTime, type Scene } from './frame.ts'
import { gateScene } from './gate.ts'
import { laneScene } from './lane.ts'
import { drawLook, hideFace } from './person.ts'

const timeZone = 'Asia/Shanghai'
const noon = Date.UTC(2026, 10, 22, 4)
const midnight = Date.UTC(2026, 10, 22, 16)
const car = { plate: '沪A68Q92', colour: 'blue', body: 'sedan', paint: [212, 60, 40] } as const
const take = (scene: Scene, at = noon) => photograph(scene, { cameraName: '翠湖花园 北门入口', at, timeZone }, 'place')

const look = drawLook(createRandom('somebody'))
const scenes: Readonly<Record<string, () => Scene>> = {
  'a car at the lane': () => laneScene({ gateName: '北门', car }),
  'an electric van': () =>
    laneScene({ gateName: '北门', car: { ...car, plate: '沪AD12345', colour: 'green', body: 'van' } }),
  'a car without a plate': () => laneScene({ gateName: '北门', car: { ...car, plate: '', colour: 'unknown' } }),
  'the empty lane': () => laneScene({ gateName: '北门' }),
  'a resident at a gate': () => gateScene({ look, isKnown: true, pose: 'a' }),
  'a stranger at a gate': () => gateScene({ look: hideFace(look), isKnown: false, pose: 'a' }),
  'a corridor': () => corridorScene(0),
  'a corridor with smoke': () => corridorScene(0.8),
  'a courtyard': () => courtyardScene({ cameraName: '中心花园', at: noon }),
  'a courtyard a little later': () => courtyardScene({ cameraName: '中心花园', at: noon + 4000 }),
}

test.each(Object.entries(scenes))(
  '%s is a small JPEG of the camera’s size by day and by night',
  async (_name, scene) => {
    for (const at of [noon, midnight]) {
      const bytes = await take(scene(), at)
      expect([bytes[0], bytes[1], bytes.at(-2), bytes.at(-1)]).toEqual([0xff, 0xd8, 0xff, 0xd9])
      expect(bytes.length).toBeLessThan(64 * 1024)
      const image = await loadImage(bytes)
      expect([image.width, image.height]).toEqual([frameWidth, frameHeight])
    }
  },
)

test('different things look different, the same thing the same', async () => {
  const pictures = await Promise.all(
    Object.values(scenes).map(async (scene) => Buffer.from(await take(scene())).toString('base64')),
  )
  expect(new Set(pictures).size).toBe(pictures.length)
  expect(Buffer.from(await take(laneScene({ gateName: '北门', car }))).toString('base64')).toBe(pictures[0])
})

test('cameras follow the light of their own time zone and print its time', () => {
  expect([noon, midnight, Date.UTC(2026, 10, 22, 10)].map((at) => lightAt(at, timeZone))).toEqual([
    'day',
    'night',
    'dusk',
  ])
  expect(lightAt(Date.UTC(2026, 10, 22, 22, 30), timeZone)).toBe('dusk')
  expect(stampTime(noon, timeZone)).toBe('2026-11-22 12:00:00')
})

test('people differ', () => {
  const looks = Array.from({ length: 40 }, (_, index) => JSON.stringify(drawLook(createRandom(`person ${index}`))))
  expect(new Set(looks).size).toBeGreaterThan(35)
})
