import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  issueDeviceCertificate,
  listDeviceCertificates,
  renewDeviceSecret,
  revokeDeviceCertificate,
} from '../../contract/index.ts'
import { callerOf } from '../../core/request.ts'
import type { DeviceCredentialsService } from './device-credentials.service.ts'

export interface DeviceCredentialsRoutesOptions {
  readonly deviceCredentials: DeviceCredentialsService
}

export const deviceCredentialsRoutes: FastifyPluginAsyncTypebox<DeviceCredentialsRoutesOptions> = async (
  app,
  { deviceCredentials },
) => {
  app.route({
    ...renewDeviceSecret,
    async handler(request) {
      const { deviceId } = request.params
      const made = await deviceCredentials.renewSecret(callerOf(request), deviceId, request.body.form)
      request.log.info({ deviceId, by: callerOf(request).username }, 'device secret issued')
      return made
    },
  })

  app.route({
    ...listDeviceCertificates,
    handler: (request) => deviceCredentials.list(callerOf(request), request.params.deviceId),
  })

  app.route({
    ...issueDeviceCertificate,
    async handler(request, reply) {
      const { deviceId } = request.params
      const issued = await deviceCredentials.issue(callerOf(request), deviceId, request.body)
      const { serial, expiresAt } = issued.certificate
      request.log.info({ deviceId, serial, expiresAt, by: callerOf(request).username }, 'device certificate issued')
      return reply.code(201).send(issued)
    },
  })

  app.route({
    ...revokeDeviceCertificate,
    async handler(request) {
      const { deviceId, serial } = request.params
      const revoked = await deviceCredentials.revoke(callerOf(request), { deviceId, serial, ...request.body })
      request.log.warn({ deviceId, serial, by: callerOf(request).username }, 'device certificate revoked')
      return revoked
    },
  })
}
