import { expect, test } from 'vitest'
import { createPanTiltZoom } from './pan-tilt-zoom.ts'

function setup() {
  const clock = { now: 0 }
  return { clock, ptz: createPanTiltZoom(() => clock.now) }
}

test('a move ends at its timeout', () => {
  const { clock, ptz } = setup()
  ptz.move({ pan: 0.5, tilt: -1, zoom: 0 }, 2000)
  clock.now = 1000
  expect(ptz.status()).toEqual({ direction: { pan: 0.125, tilt: -0.25, zoom: 0 }, isMoving: true })

  clock.now = 60_000

  expect(ptz.status()).toEqual({ direction: { pan: 0.25, tilt: -0.5, zoom: 0 }, isMoving: false })
})

test('a stop holds the direction, and no axis turns beyond its end', () => {
  const { clock, ptz } = setup()
  ptz.move({ pan: 1, tilt: 0, zoom: -1 }, 60_000)
  clock.now = 10_000
  ptz.stop()
  clock.now = 20_000

  expect(ptz.status()).toEqual({ direction: { pan: 1, tilt: 0, zoom: 0 }, isMoving: false })
})

test('a preset is taken at once', () => {
  const { ptz } = setup()
  ptz.goTo({ pan: -0.5, tilt: 0, zoom: 0.2 })

  expect(ptz.status()).toEqual({ direction: { pan: -0.5, tilt: 0, zoom: 0.2 }, isMoving: false })
})
