import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startInfluxShipper, type InfluxShipperOptions } from '../src/adapters/influx-telemetry/influx-shipper.ts'
import { openTelemetrySpool } from '../src/adapters/telemetry-spool/telemetry-spool.ts'
import { startInfluxd } from '../../platform/test/influxd.ts'
import { temporaryFolder } from './temporary-folder.ts'

const quick = { gatherMs: 5, firstRetryMs: 5, maxRetryMs: 50 }

async function setup() {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const spool = await openTelemetrySpool(await temporaryFolder(), { gatewayId: 'gw-1', logger })
  onTestFinished(() => spool.close())
  const ship = (options: Pick<InfluxShipperOptions, 'url' | 'flavour'> & Partial<InfluxShipperOptions>) => {
    const shipper = startInfluxShipper(spool, { database: 'gatehouse', ...quick, ...options }, logger)
    onTestFinished(() => shipper.close())
    return shipper
  }
  const append = (from: number, count: number, fields: Record<string, number> = { loop: 1 }) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        spool.append({ deviceId: 'lane-1', kind: 'barrier', at: 1_700_000_000_000 + from + i, fields }),
      ),
    )
  return { logger, spool, ship, append }
}

async function influxdForTest() {
  const influxd = await startInfluxd()
  onTestFinished(() => influxd.stop())
  return influxd
}

async function countStored(influxd: Awaited<ReturnType<typeof startInfluxd>>) {
  const [row] = await influxd.query('SELECT count(loop) FROM barrier')
  return row?.['count']
}

/** A server that answers as told and remembers what it was asked. */
async function startStub(answer: (body: string) => { status: number; body?: string }) {
  const requests: { url: string; authorization: string; body: string }[] = []
  const read = (request: IncomingMessage) =>
    text(request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request)
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      requests.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '', body })
      const { status, body: message = '' } = answer(body)
      response.writeHead(status, { 'content-type': 'application/json' }).end(message)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

test('telemetry arrives in InfluxDB with its tags, its numbers and its time, and leaves the spool', async () => {
  const influxd = await influxdForTest()
  const { spool, ship, append } = await setup()
  ship({ url: influxd.url, flavour: 'v1' })

  await append(0, 7000)
  await append(7000, 1, { temperatureCelsius: -3.5, loop: 0 })
  await vi.waitFor(() => expect(spool.status().backlogBytes).toBe(0), { timeout: 10_000 })
  expect(await countStored(influxd)).toBe(7001)
  expect(await influxd.query('SELECT * FROM barrier ORDER BY time DESC LIMIT 1')).toEqual([
    { time: 1_700_000_007_000, device: 'lane-1', gateway: 'gw-1', loop: 0, temperatureCelsius: -3.5 },
  ])
})

test('nothing is lost while InfluxDB is killed and started again', async () => {
  const influxd = await influxdForTest()
  const { spool, ship, append, logger } = await setup()
  const shipper = ship({ url: influxd.url, flavour: 'v1' })

  await append(0, 500)
  await vi.waitFor(() => expect(shipper.status().shipped).toBe(500))
  await influxd.kill()
  for (let i = 0; i < 10; i++) await append(500 + i * 100, 100)
  await vi.waitFor(() => expect(shipper.status().state).toBe('away'))
  await influxd.restart()
  await append(1500, 500)
  await vi.waitFor(() => expect(spool.status().backlogBytes).toBe(0), { timeout: 10_000 })
  expect(await countStored(influxd)).toBe(2000)
  await vi.waitFor(() => expect(shipper.status().state).toBe('ok'))
  expect(logger.warn).toHaveBeenCalledTimes(1)
})

test('a server that takes a request and never answers is asked again on a new connection', async () => {
  let asked = 0
  const server = createServer((request, response) => {
    request.resume()
    asked += 1
    if (asked > 2) response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { spool, ship, append } = await setup()
  const shipper = ship({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    flavour: 'v1',
    timeoutMs: 100,
  })

  await append(0, 10)
  await vi.waitFor(() => expect(shipper.status()).toMatchObject({ state: 'ok', shipped: 10 }), { timeout: 5000 })
  expect(spool.status().backlogBytes).toBe(0)
})

test('a line that InfluxDB never takes is found, counted and left out; the others are stored', async () => {
  const influxd = await influxdForTest()
  await fetch(`${influxd.url}/write?db=gatehouse&precision=ms`, {
    method: 'POST',
    body: 'barrier,device=lane-1,gateway=gw-1 speed="text" 1700000000000',
  })
  const { spool, ship, append, logger } = await setup()

  await append(0, 100)
  await append(100, 1, { loop: 1, speed: 30 })
  await append(101, 100)
  const shipper = ship({ url: influxd.url, flavour: 'v1' })
  await vi.waitFor(() => expect(spool.status().backlogBytes).toBe(0), { timeout: 10_000 })
  await vi.waitFor(() => expect(shipper.status()).toEqual({ state: 'ok', shipped: 200, poisoned: 1 }))
  expect(await countStored(influxd)).toBe(200)
  expect(JSON.stringify(logger.warn.mock.calls)).not.toContain('speed')
})

test('a missing database is a matter for a person; telemetry waits until it is there', async () => {
  const influxd = await influxdForTest()
  const { spool, ship, append, logger } = await setup()
  const shipper = ship({ url: influxd.url, flavour: 'v1', database: 'other' })

  await append(0, 10)
  await vi.waitFor(() => expect(shipper.status().state).toBe('refused'))
  expect(logger.error).toHaveBeenCalledTimes(1)
  expect(spool.status().backlogBytes).toBeGreaterThan(0)
  await influxd.query('CREATE DATABASE other')
  await vi.waitFor(() => expect(shipper.status()).toMatchObject({ state: 'ok', shipped: 10 }))
})

test.each([
  ['v1', { user: 'gw-1', password: 'p:w' }, ['/write?db=gatehouse&precision=ms', 'Basic Z3ctMTpwOnc=']],
  ['v2', { org: 'o 1', token: 't' }, ['/api/v2/write?org=o%201&bucket=gatehouse&precision=ms', 'Token t']],
  ['v3', { token: 't' }, ['/write?db=gatehouse&precision=ms', 'Bearer t']],
] as const)('InfluxDB %s is written to in its own way', async (flavour, credentials, [url, authorization]) => {
  const stub = await startStub(() => ({ status: 204 }))
  const { ship, append, spool } = await setup()
  ship({ url: `${stub.url}/influx/`, flavour, ...credentials })

  await append(0, 200)
  await vi.waitFor(() => expect(spool.status().backlogBytes).toBe(0))
  expect(stub.requests[0]).toMatchObject({ url: `/influx${url}`, authorization })
  const lines = stub.requests.flatMap(({ body }) => body.split('\n'))
  expect(lines).toHaveLength(200)
  expect(lines[0]).toBe('barrier,device=lane-1,gateway=gw-1 loop=1 1700000000000')
})

test('when all is too old for the server its word is taken instead of asking line by line', async () => {
  const stub = await startStub((body) => ({
    status: 400,
    body: JSON.stringify({
      error: `partial write: points beyond retention policy dropped=${body.split('\n').length}`,
    }),
  }))
  const { ship, append, spool } = await setup()
  await append(0, 2000)
  const shipper = ship({ url: stub.url, flavour: 'v1' })

  await vi.waitFor(() => expect(spool.status().backlogBytes).toBe(0))
  await vi.waitFor(() => expect(shipper.status()).toMatchObject({ shipped: 0, poisoned: 2000 }))
  expect(stub.requests.length).toBeLessThan(150)
})

test('a shipper that is stopped ends at once, even with a server that never answers', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const asked = once(server, 'request')
  const { spool, ship, append } = await setup()
  const shipper = ship({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, flavour: 'v1' })
  await append(0, 10)
  await asked

  const startedAt = performance.now()
  await shipper.close()
  expect(performance.now() - startedAt).toBeLessThan(1000)
  expect(spool.status().backlogBytes).toBeGreaterThan(0)
})
