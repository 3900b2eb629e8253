import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { acknowledgeAlert, getAlert, listAlerts, noteAlert, reopenAlert, resolveAlert } from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { AlertsService } from './alerts.service.ts'

export const alertsRoutes: FastifyPluginAsyncTypebox<{ alerts: AlertsService }> = async (app, { alerts }) => {
  app.route({ ...listAlerts, handler: (request) => alerts.list(callerOf(request), request.query) })
  app.route({ ...getAlert, handler: (request) => alerts.get(callerOf(request), request.params.alertId) })
  app.route({
    ...acknowledgeAlert,
    handler: (request) => alerts.acknowledge(callerOf(request), request.params.alertId),
  })
  app.route({
    ...resolveAlert,
    handler: (request) => alerts.resolve(callerOf(request), request.params.alertId, request.body.note),
  })
  app.route({ ...reopenAlert, handler: (request) => alerts.reopen(callerOf(request), request.params.alertId) })
  app.route({
    ...noteAlert,
    handler: (request) => alerts.note(callerOf(request), request.params.alertId, request.body.text),
  })
}
