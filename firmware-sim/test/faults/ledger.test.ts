import { expect, test } from 'vitest'
import { balance, type DeviceBook, type Entry, type Stored } from './ledger.ts'

const seqs = [1, 2, 3, 4, 5]
const entries: Entry[] = seqs.map((seq) => ({ seq, at: 1000 + seq, value: seq * 2 }))

const book: DeviceBook = {
  deviceId: 'lane-1',
  events: entries,
  reports: entries,
  // The last one of each was under way when the devices were asked.
  acknowledgedEvents: new Set([1, 2, 3, 4]),
  acknowledgedReports: new Set([1, 2, 3, 4]),
}
const whole: Stored = { events: seqs, reports: entries.map(({ at, value = 0 }) => ({ at, value })) }
const clean = { lost: 0, doubled: 0, outOfOrder: 0, foreign: 0 }

const settle = (stored: Partial<Stored>) => balance([book], () => ({ ...whole, ...stored }))

test('everything that was sent and is there once, in order, balances', () => {
  expect(settle({})).toEqual({ sent: 10, acknowledged: 8, stored: 10, unacknowledged: 2, ...clean })
})

test('what was never acknowledged may be missing', () => {
  expect(settle({ events: [1, 2, 3, 4], reports: whole.reports.slice(0, 4) })).toEqual({
    ...{ sent: 10, acknowledged: 8, stored: 8, unacknowledged: 0 },
    ...clean,
  })
})

test.each([
  ['a dropped event', { events: [1, 2, 4, 5] }, { lost: 1 }],
  ['a dropped report', { reports: whole.reports.toSpliced(1, 1) }, { lost: 1 }],
  ['a doubled event', { events: [1, 2, 2, 3, 4, 5] }, { doubled: 1 }],
  ['a doubled report', { reports: [...whole.reports, { at: 1001, value: 2 }] }, { doubled: 1 }],
  ['two swapped events', { events: [1, 3, 2, 4, 5] }, { outOfOrder: 1 }],
  ['an event that comes again much later', { events: [1, 2, 3, 4, 5, 1] }, { doubled: 1, outOfOrder: 1 }],
  ['an event that nobody sent', { events: [1, 2, 3, 4, 5, 9] }, { foreign: 1 }],
  ['a report at a time when none was sent', { reports: [...whole.reports, { at: 7, value: 2 }] }, { foreign: 1 }],
  ['a report with another value', { reports: whole.reports.with(0, { at: 1001, value: 3 }) }, { foreign: 1 }],
  ['everything gone', { events: [], reports: [] }, { lost: 8, unacknowledged: 0 }],
])('%s is told', (_what, stored, expected) => {
  expect(settle(stored)).toMatchObject({ ...clean, ...expected })
})

test('devices are balanced each by itself', () => {
  const other = { ...book, deviceId: 'lane-2' }
  const stored = new Map([['lane-1', whole]])
  const nothing: Stored = { events: [], reports: [] }
  expect(balance([book, other], (deviceId) => stored.get(deviceId) ?? nothing)).toMatchObject({ ...clean, lost: 8 })
})
