import { gzipSync } from 'node:zlib'
import { Point } from '@influxdata/influxdb-client'
import { expect, onTestFinished, test } from 'vitest'
import { createInfluxReader } from '../src/modules/telemetry/influx-reader.ts'
import type { InfluxSettings } from '../src/modules/telemetry/influx-settings.ts'
import { createInfluxWriter } from '../src/modules/telemetry/influx-writer.ts'
import { startInfluxd } from './influxd.ts'
import { openEmbedded, serveInflux, smoke, writeWithClient } from './telemetry-setup.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** A whole day, so that intervals of every length begin where we think. */
const start = Math.floor(Date.now() / day) * day - 2 * day

async function setupInfluxd(): Promise<InfluxSettings> {
  const influxd = await startInfluxd()
  onTestFinished(() => influxd.stop())
  return { url: influxd.url, flavour: 'v1', database: 'gatehouse' }
}

const query = (from: number, to: number, intervalMs: number) => ({
  deviceId: 's1',
  kind: 'smoke',
  reading: 'level',
  from,
  to,
  intervalMs,
})

test('what the stock client writes reads the same from the embedded store and from InfluxDB', async () => {
  const settings = await setupInfluxd()
  const embedded = await openEmbedded()
  const points = Array.from({ length: 4000 }, (_, index) =>
    smoke(index % 5 === 0 ? 's2' : 's1', start + index * 31_013, Math.sin(index / 40) * 50),
  )
  points.push(
    new Point('smoke').tag('gateway', 'gw-1').tag('device', 's1').booleanField('alarm', true).timestamp(start),
  )
  await writeWithClient(await serveInflux(embedded), points)
  await writeWithClient(settings.url, points)

  const influx = createInfluxReader(settings)
  for (const [from, to, interval] of [
    [start, start + hour, 15_000],
    [start + 1234, start + 2 * hour + 777, 90_000],
    [start, start + 2 * day, 5 * minute],
    [start, start + 2 * day, hour],
    [start, start + 2 * day, day],
    [start + 10 * day, start + 11 * day, hour],
  ] as const) {
    const expected = await influx.series(query(from, to, interval))
    const found = await embedded.series(query(from, to, interval))
    const rounded = (series: typeof found) => series.map((point) => ({ ...point, mean: point.mean.toFixed(9) }))
    expect(rounded(found)).toEqual(rounded(expected))
  }
})

test('telemetry that is passed on to InfluxDB can be read there', async () => {
  const settings = await setupInfluxd()
  const url = await serveInflux(createInfluxWriter(settings))
  await writeWithClient(url, [smoke('s1', start, 1), smoke('s1', start + 1000, 4)])
  expect(await createInfluxReader(settings).series(query(start, start + minute, minute))).toEqual([
    { at: start, mean: 2.5, min: 1, max: 4, count: 2 },
  ])
})

test('an InfluxDB that is away is said to be away', async () => {
  const reader = createInfluxReader({ url: 'http://127.0.0.1:9', flavour: 'v1', database: 'gatehouse' })
  await expect(reader.series(query(start, start + hour, minute))).rejects.toMatchObject({
    code: 'TELEMETRY_UNAVAILABLE',
    statusCode: 503,
  })
})

test.each(['x" FROM "y', "x'", '', 'a b'])('%j does not get into a query', async (reading) => {
  const reader = createInfluxReader({ url: 'http://127.0.0.1:9', flavour: 'v1', database: 'gatehouse' })
  await expect(reader.series({ ...query(start, start + hour, minute), reading })).rejects.toThrow()
})

async function post(url: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/write?db=gatehouse&precision=ms`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  })
  const text = await response.text()
  return {
    status: response.status,
    answer: text === '' ? undefined : (JSON.parse(text) as { error?: string; code?: string }),
  }
}

const line = (at: number, tags = 'gateway=gw-1,device=s1') => `smoke,${tags} level=1 ${at}`

test('the good lines of a write are stored, the bad ones are named', async () => {
  const embedded = await openEmbedded()
  const url = await serveInflux(embedded)
  const body = [
    line(start),
    'nonsense',
    line(start + 1, 'gateway=gw-2,device=s1'),
    line(start + 2, 'gateway=gw-1,device=s1,extra=1'),
    line(start - 100 * day),
    line(Date.now() + 2 * day),
    line(start + 3),
  ].join('\n')
  const { status, answer } = await post(url, body)
  expect(status).toBe(400)
  expect(answer?.error).toBe(
    'partial write: line 2: missing fields; line 3: tag "gateway" must be "gw-1"; ' +
      'line 4: only the tags "gateway" and "device" are stored; line 5: older than what is kept; ' +
      'line 6: time lies more than a day ahead dropped=5',
  )
  expect(await embedded.series(query(start, start + minute, minute))).toMatchObject([{ count: 2 }])
})

test('the number of series is limited', async () => {
  const url = await serveInflux(await openEmbedded({ maxSeries: 1 }))
  expect(await post(url, line(start))).toMatchObject({ status: 204 })
  const { answer } = await post(url, line(start, 'gateway=gw-1,device=s2'))
  expect(answer?.error).toBe('partial write: line 1: too many series dropped=1')
})

test.each([
  ['damaged gzip', Buffer.from('no gzip'), { 'content-encoding': 'gzip' }],
  ['more than 32 MiB when unpacked', gzipSync(Buffer.alloc(40 * 1024 * 1024, ' ')), { 'content-encoding': 'gzip' }],
  ['an unknown encoding', Buffer.from(line(start)), { 'content-encoding': 'br' }],
  ['no UTF-8', Buffer.from([0xff, 0xfe]), {}],
] as const)('%s is refused', async (_what, body, headers) => {
  const url = await serveInflux(await openEmbedded())
  expect(await post(url, body, headers)).toMatchObject({ status: 400, answer: { code: 'BAD_TELEMETRY' } })
  expect(await post(url, line(start))).toMatchObject({ status: 204 })
})

test('ping tells the version as InfluxDB does', async () => {
  const url = await serveInflux(await openEmbedded())
  for (const method of ['GET', 'HEAD']) {
    const response = await fetch(`${url}/ping`, { method })
    expect([response.status, response.headers.get('x-influxdb-version')]).toEqual([204, '1.8-gatehouse'])
  }
})
