import { expect, test } from 'vitest'
import { alertWith, deviceWith } from '../../testing/in-console'
import { alertsByDevice, isArea, placedDevices, planExtent } from './plan-layers'
import { summarise } from './summarise'

test('a device shows its most urgent open alert', () => {
  const worst = alertsByDevice([
    alertWith({ id: '1', deviceId: 'd1', severity: 'minor' }),
    alertWith({ id: '2', deviceId: 'd1', severity: 'critical' }),
    alertWith({ id: '3', deviceId: 'd2', severity: 'critical', state: 'resolved' }),
    alertWith({ id: '4' }),
  ])
  expect([...worst]).toEqual([['d1', 'critical']])
})

test('only placed devices are drawn; two points are a line', () => {
  const placed = deviceWith({ id: 'placed', position: { x: 1, y: 2 } })
  expect(placedDevices([placed, deviceWith({})]).map(({ device }) => device.id)).toEqual(['placed'])
  expect(
    isArea({
      kind: 'gate',
      points: [
        { x: 0, y: 0 },
        { x: 1, y: 0 },
      ],
    }),
  ).toBe(false)
})

test('the plan is as large as what is on it, not as its paper', () => {
  const shape = {
    kind: 'road' as const,
    points: [
      { x: 20, y: 30 },
      { x: 60, y: 30 },
    ],
  }
  const device = deviceWith({ position: { x: 40, y: 70 } })
  expect(planExtent({ width: 100, height: 100, shapes: [shape] }, [device])).toEqual({
    lower: { x: 20, y: 30 },
    upper: { x: 60, y: 70 },
  })
  expect(planExtent({ width: 100, height: 80, shapes: [] }, [device])).toEqual({
    lower: { x: 0, y: 0 },
    upper: { x: 100, y: 80 },
  })
})

test('the compound with the most urgent alert comes first', () => {
  const compounds = ['calm', 'busy'].map((id) => ({ id, name: id, path: id }))
  const devices = [deviceWith({ compoundId: 'busy' }), deviceWith({ id: 'd2', compoundId: 'busy', online: false })]
  const [first, second] = summarise(compounds, devices, [alertWith({ compoundId: 'busy', severity: 'major' })])
  expect(first).toMatchObject({ compound: { id: 'busy' }, online: 1, all: 2, unresolved: 1, worst: 'major' })
  expect(second).toMatchObject({ compound: { id: 'calm' }, unresolved: 0, worst: undefined })
})
