import { expect, test } from 'vitest'
import { groupDevices } from '../../composables/device-groups'
import { deviceWith } from '../../testing/in-console'
import { matchesFilter } from './device-filter'
import { emptySetup, newSecret, readSettings, setupOf } from './setup-form'
import { chartRows, extremesOf } from './telemetry-series'

const point = (at: number, mean = 2) => ({ at, mean, min: mean - 1, max: mean + 2, count: 1 })

test('a gap in the measurements breaks the line', () => {
  const { mean, spread } = chartRows({ intervalMs: 10, points: [point(0), point(10), point(50)] })
  expect(mean).toEqual([
    [0, 2],
    [10, 2],
    [20, null],
    [50, 2],
  ])
  expect(spread[0]).toEqual([0, 3])
})

test('lowest, mean and highest weigh every measurement once', () => {
  expect(extremesOf([point(0, 1), { ...point(10, 5), count: 3 }])).toEqual({ min: 0, mean: 4, max: 7 })
  expect(extremesOf([])).toBeUndefined()
})

test('devices are found by text, kind and state', () => {
  const device = deviceWith({ id: 'gate-3', name: '3 栋单元门', place: '3 栋', kind: 'door', online: false })
  const matches = (change: object) => matchesFilter(device, { search: '', kind: '', state: '', ...change })
  expect(matches({ search: 'GATE-3', kind: 'door', state: 'offline' })).toBe(true)
  expect(matches({ search: '4 栋' })).toBe(false)
  expect(matches({ kind: 'camera' })).toBe(false)
  expect(matches({ state: 'online' })).toBe(false)
})

test('groups count who is online and sort numbers as people do', () => {
  const devices = ['10 栋', '2 栋'].map((name) => deviceWith({ id: name, name, online: name === '2 栋' }))
  const [group] = groupDevices(devices, 'kind')
  expect(group?.devices.map(({ name }) => name)).toEqual(['2 栋', '10 栋'])
  expect(group?.online).toBe(1)
})

test('settings are read line by line, and a bad line is named', () => {
  expect(readSettings('direction = in\n\nbuilding=3')).toEqual({ settings: { direction: 'in', building: '3' } })
  expect(readSettings('direction=in\noops')).toEqual({ problemLine: 2 })
})

test('fields that were left empty are not sent', () => {
  const input = { ...emptySetup, compoundId: 'garden', kind: 'barrier', name: 'A', place: 'B', x: '1.5', y: '2' }
  expect(setupOf(input, {})).toEqual({
    compoundId: 'garden',
    kind: 'barrier',
    name: 'A',
    place: 'B',
    position: { x: 1.5, y: 2 },
  })
  expect(newSecret()).toMatch(/^[a-z2-9]{24}$/)
})
