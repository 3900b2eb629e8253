import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  exportAuditEntries,
  getAuditVerification,
  listAuditEntries,
  runAuditVerification,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { AuditService } from './audit.service.ts'
import { formats } from './export-format.ts'
import type { VerificationService } from './verification.service.ts'

export interface AuditRoutesOptions {
  readonly auditLog: AuditService
  readonly auditVerification: VerificationService
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)

export const auditRoutes: FastifyPluginAsyncTypebox<AuditRoutesOptions> = async (app, options) => {
  const { auditLog, auditVerification } = options
  app.route({ ...listAuditEntries, handler: (request) => auditLog.list(callerOf(request), request.query) })

  app.route({
    ...exportAuditEntries,
    async handler(request, reply) {
      const { from, to, format } = request.query
      const file = auditLog.export(callerOf(request), request.query)
      return reply
        .type(formats[format].contentType)
        .header('content-disposition', `attachment; filename="audit-${dayOf(from)}-${dayOf(to)}.${format}"`)
        .header('cache-control', 'no-store')
        .send(file)
    },
  })

  app.route({ ...getAuditVerification, handler: (request) => auditVerification.state(callerOf(request)) })
  app.route({
    ...runAuditVerification,
    handler: async (request, reply) => reply.code(202).send(auditVerification.start(callerOf(request))),
  })
}
