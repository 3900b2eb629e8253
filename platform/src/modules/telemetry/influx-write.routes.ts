import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Counter } from 'prom-client'
import type { Metrics } from '../../core/metrics.ts'
import { gatewayOf } from '../../core/request.ts'
import { badTelemetry } from '../../errors.ts'
import { precisions } from './line-protocol.ts'
import type { TelemetryWriter, WriteOutcome } from './telemetry.service.ts'

const bodyLimit = 8 * 1024 * 1024
/** Clients look at the first digits: we speak what InfluxDB 1.x speaks. */
const version = '1.8-gatehouse'
const namedProblems = 10

/** InfluxDB's clients read `error`; everybody else reads `code` and `message`. */
function partialWrite({ problems }: WriteOutcome) {
  const named = problems.slice(0, namedProblems).map(({ line, problem }) => `line ${line}: ${problem}`)
  const error = `partial write: ${named.join('; ')} dropped=${problems.length}`
  return { error, code: 'TELEMETRY_PARTIAL_WRITE', message: error }
}

/** The sender's clock, if it is told and can be read. */
function timeOf(date: string | undefined): number | undefined {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? undefined : at
}

export interface InfluxWriteOptions {
  readonly telemetry: TelemetryWriter
  readonly metrics?: Metrics
}

function addCounter({ registry }: Metrics) {
  const values = new Counter({
    name: 'gatehouse_telemetry_total',
    help: 'Values that gateways brought, and lines of them that were refused',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return ({ stored, problems }: WriteOutcome) => {
    values.inc({ outcome: 'stored' }, stored)
    values.inc({ outcome: 'refused' }, problems.length)
  }
}

/**
 * InfluxDB 1.x's interface for writing, under the prefix `/influx`: a gateway knows only InfluxDB, whatever stands behind.
 * The good lines of a write are stored also when others are refused.
 */
export const influxWriteRoutes: FastifyPluginAsyncTypebox<InfluxWriteOptions> = async (app, { telemetry, metrics }) => {
  const count = metrics && addCounter(metrics)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))

  app.route({
    method: ['GET', 'HEAD'],
    url: '/ping',
    config: { access: 'public', summary: "Version, as InfluxDB's clients ask for it" },
    handler: (_request, reply) => reply.code(204).header('x-influxdb-version', version).send(),
  })

  app.route({
    method: 'POST',
    url: '/write',
    bodyLimit,
    config: { access: 'gateway', summary: 'Telemetry of a gateway in line protocol' },
    schema: {
      querystring: Type.Object({
        db: Type.String({ maxLength: 64 }),
        precision: Type.Optional(Type.Enum([...precisions])),
      }),
    },
    handler: async (request, reply) => {
      const encoding = request.headers['content-encoding'] ?? 'identity'
      if (!Buffer.isBuffer(request.body)) throw badTelemetry('the body is empty')
      if (encoding !== 'identity' && encoding !== 'gzip')
        throw badTelemetry(`content-encoding ${encoding} is not known`)
      const outcome = await telemetry.write({
        gatewayId: gatewayOf(request),
        body: request.body,
        gzip: encoding === 'gzip',
        precision: request.query.precision ?? 'ns',
        sentAt: timeOf(request.headers.date),
      })
      count?.(outcome)
      if (outcome.problems.length === 0) return reply.code(204).send()
      const answer = partialWrite(outcome)
      return reply.code(400).header('x-influxdb-error', encodeURI(answer.error)).send(answer)
    },
  })
}
