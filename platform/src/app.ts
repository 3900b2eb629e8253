import type { ServerOptions as TlsOptions } from 'node:https'
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { bodyBytes } from './core/limits.ts'
import type { Metrics } from './core/metrics.ts'
import { invalidInput } from './errors.ts'
import { accessRoutes } from './modules/access/access.routes.ts'
import { alertsRoutes } from './modules/alerts/alerts.routes.ts'
import { approvalsRoutes } from './modules/approvals/approvals.routes.ts'
import { auditRoutes } from './modules/audit/audit.routes.ts'
import { broadcastRoutes } from './modules/broadcast/broadcast.routes.ts'
import { compoundsRoutes } from './modules/compounds/compounds.routes.ts'
import { deviceCredentialsRoutes } from './modules/devices/device-credentials.routes.ts'
import { continuityRoutes } from './modules/continuity/continuity.routes.ts'
import { devicesRoutes } from './modules/devices/devices.routes.ts'
import { gatewaysRoutes } from './modules/gateways/gateways.routes.ts'
import { accountRoutes } from './modules/identity/account.routes.ts'
import { identityRoutes } from './modules/identity/identity.routes.ts'
import { laneClaimsRoutes } from './modules/lane-claims/lane-claims.routes.ts'
import { laneCallsRoutes } from './modules/lane-calls/lane-calls.routes.ts'
import { ledgerRoutes } from './modules/ledger/ledger.routes.ts'
import { machinesRoutes } from './modules/machines/machines.routes.ts'
import { parkingRoutes } from './modules/parking/parking.routes.ts'
import { permitsRoutes } from './modules/parking/permits.routes.ts'
import { ticketsRoutes } from './modules/parking/tickets.routes.ts'
import { notifyRoutes } from './modules/payments/notify.routes.ts'
import { payPageRoutes } from './modules/payments/pay-page.routes.ts'
import { paymentsRoutes } from './modules/payments/payments.routes.ts'
import { influxWriteRoutes } from './modules/telemetry/influx-write.routes.ts'
import { telemetryRoutes } from './modules/telemetry/telemetry.routes.ts'
import type { TelemetryService, TelemetryWriter } from './modules/telemetry/telemetry.service.ts'
import { videoRoutes } from './modules/video/video.routes.ts'
import type { VideoService } from './modules/video/video.service.ts'
import { accessControl } from './plugins/access.ts'
import { accountLimit } from './plugins/account-limit.ts'
import { auditing } from './plugins/audit.ts'
import { consoleFiles } from './plugins/console.ts'
import { answerError, errorHandler } from './plugins/error-handler.ts'
import { hardening } from './plugins/hardening.ts'
import { health, type Probes } from './plugins/health.ts'
import { openApi } from './plugins/openapi.ts'
import { secondPerson } from './plugins/second-person.ts'
import type { Services } from './services.ts'

export interface AppDeps {
  readonly services: Services
  readonly video: VideoService
  readonly telemetry: TelemetryService
  readonly telemetryWriter: TelemetryWriter
  readonly metrics: Metrics
  readonly logger: FastifyBaseLogger
  readonly probes: Probes
  readonly consoleFolder: string
  readonly requestsPerMinute: number
  readonly https: TlsOptions | null
}

async function registerModules(app: FastifyInstance, deps: AppDeps) {
  const { services, video, telemetry, telemetryWriter, metrics } = deps
  await app.register(identityRoutes, services)
  await app.register(accountRoutes, services)
  await app.register(approvalsRoutes, services)
  await app.register(auditRoutes, services)
  await app.register(compoundsRoutes, services)
  await app.register(gatewaysRoutes, services)
  await app.register(continuityRoutes, services)
  await app.register(machinesRoutes, services)
  await app.register(devicesRoutes, services)
  await app.register(deviceCredentialsRoutes, services)
  await app.register(alertsRoutes, services)
  await app.register(parkingRoutes, services)
  await app.register(permitsRoutes, services)
  await app.register(ticketsRoutes, services)
  await app.register(laneCallsRoutes, services)
  await app.register(payPageRoutes, services)
  await app.register(laneClaimsRoutes, services)
  await app.register(notifyRoutes, services)
  await app.register(paymentsRoutes, services)
  await app.register(ledgerRoutes, services)
  await app.register(accessRoutes, services)
  await app.register(broadcastRoutes, services)
  await app.register(videoRoutes, { video })
  await app.register(telemetryRoutes, { telemetry })
  await app.register(influxWriteRoutes, { prefix: '/influx', telemetry: telemetryWriter, metrics })
}

/** Knows every route of the platform. Does not listen. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { services, metrics, logger } = deps
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    https: deps.https,
    bodyLimit: bodyBytes,
    requestTimeout: 60_000,
    // A reverse proxy on this host may say on whose behalf it asks.
    trustProxy: 'loopback',
    frameworkErrors: (error, request, reply) => void answerError(invalidInput(error.message), request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  await app.register(errorHandler)
  await app.register(hardening, { requestsPerMinute: deps.requestsPerMinute, metrics })
  await app.register(accessControl, {
    signIns: services.signIns,
    registry: services.registry,
    certificates: services.certificates,
    metrics,
  })
  await app.register(accountLimit, { requestsPerMinute: Math.ceil(deps.requestsPerMinute / 2), metrics })
  await app.register(auditing, { trail: services.audit, subjects: services.auditSubjects })
  await app.register(secondPerson, { approvals: services.approvals })
  await app.register(openApi)
  await app.register(health, { metrics, probes: deps.probes })
  await registerModules(app, deps)
  await app.register(consoleFiles, { folder: deps.consoleFolder })
  return app
}
