import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InfluxDB, Point } from '@influxdata/influxdb-client'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { createMetrics } from '../src/core/metrics.ts'
import '../src/core/request.ts'
import { AppError } from '../src/errors.ts'
import { influxWriteRoutes } from '../src/modules/telemetry/influx-write.routes.ts'
import { startEmbeddedTelemetry } from '../src/modules/telemetry/store/embedded-telemetry.ts'
import type { TelemetryWriter } from '../src/modules/telemetry/telemetry.service.ts'

export async function openEmbedded(options: { readonly maxSeries?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-telemetry-'))
  const store = startEmbeddedTelemetry({ folder, logger: pino({ level: 'silent' }), ...options })
  onTestFinished(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  return store
}

/** The write interface on a real port; every request comes from gateway `gw-1`. */
export async function serveInflux(telemetry: TelemetryWriter): Promise<string> {
  const app = Fastify().withTypeProvider<TypeBoxTypeProvider>()
  app.decorateRequest('gatewayId', undefined)
  app.addHook('onRequest', async (request) => {
    request.gatewayId = 'gw-1'
  })
  app.setErrorHandler<Error>((error, _request, reply) =>
    error instanceof AppError
      ? reply.code(error.statusCode).send({ code: error.code, message: error.message })
      : reply.send(error),
  )
  await app.register(influxWriteRoutes, { prefix: '/influx', telemetry, metrics: createMetrics() })
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/influx`
}

/** The stock client, as a gateway uses it: no hidden buffer, the answer decides. */
export async function writeWithClient(url: string, points: readonly Point[]) {
  const client = new InfluxDB({ url, timeout: 5000 })
  const api = client.getWriteApi('', 'gatehouse', 'ms', {
    batchSize: points.length + 1,
    flushInterval: 0,
    maxRetries: 0,
    gzipThreshold: 1,
  })
  api.path = '/write?db=gatehouse&precision=ms'
  api.writePoints([...points])
  try {
    await api.flush()
  } finally {
    api.dispose()
  }
}

export const smoke = (deviceId: string, at: number, level: number) =>
  new Point('smoke').tag('gateway', 'gw-1').tag('device', deviceId).floatField('level', level).timestamp(at)
