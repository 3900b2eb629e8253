import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  createEnrolmentCode,
  enrolGateway,
  getAuthority,
  getRevocationList,
  listCertificates,
  revokeCertificate,
} from '../../contract/index.ts'
import type { CertificateAuthority } from '../../core/ports.ts'
import { callerOf } from '../../core/request.ts'
import type { CertificatesService } from './certificates.service.ts'
import type { EnrolmentService } from './enrolment.service.ts'

export interface MachinesRoutes {
  readonly authority: CertificateAuthority
  readonly enrolments: EnrolmentService
  readonly certificates: CertificatesService
}

/** Guessing a code is hopeless already; this keeps it from costing us anything. */
const enrolmentsPerMinute = 10
const pem = 'application/x-pem-file'

export const machinesRoutes: FastifyPluginAsyncTypebox<MachinesRoutes> = async (app, services) => {
  const { authority, enrolments, certificates } = services

  app.route({
    ...createEnrolmentCode,
    async handler(request, reply) {
      const { gatewayId } = request.params
      const code = await enrolments.createCode(callerOf(request), gatewayId)
      request.log.info({ gatewayId, by: callerOf(request).username }, 'enrolment code created')
      return reply.code(201).header('cache-control', 'no-store').send(code)
    },
  })

  app.route({
    ...enrolGateway,
    bodyLimit: 16 * 1024,
    config: { rateLimit: { max: enrolmentsPerMinute, timeWindow: 60_000 } },
    async handler(request) {
      const { gatewayId, answer } = await enrolments.enrol(request.body)
      request.log.info({ gatewayId }, 'gateway enrolled')
      return answer
    },
  })

  app.route({
    ...listCertificates,
    handler: (request) => certificates.list(callerOf(request), request.params.gatewayId),
  })

  app.route({
    ...revokeCertificate,
    handler: (request) => certificates.revoke(callerOf(request), { ...request.params, ...request.body }),
  })

  app.route({
    ...getAuthority,
    async handler(_request, reply) {
      void reply.type(pem)
      return authority.caPem()
    },
  })
  app.route({
    ...getRevocationList,
    async handler(_request, reply) {
      void reply.type(pem)
      return certificates.revocationList()
    },
  })
}
