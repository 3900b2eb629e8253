import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  importPermits,
  listExpiringPermits,
  listPermits,
  previewPermitImport,
  putPermit,
  putPermits,
  removePermit,
} from '../../contract/index.ts'
import { longListBytes } from '../../core/limits.ts'
import { callerOf } from '../../core/request.ts'
import type { ParkingService } from './parking.service.ts'

export const permitsRoutes: FastifyPluginAsyncTypebox<{ parking: ParkingService }> = async (app, { parking }) => {
  const { permits } = parking
  app.route({ ...listPermits, handler: (request) => permits.list(callerOf(request), request.params.compoundId) })

  app.route({
    ...putPermits,
    bodyLimit: longListBytes,
    async handler(request) {
      const { compoundId } = request.params
      const revision = await permits.replace(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, revision, permits: request.body.length }, 'permits replaced')
      return { revision }
    },
  })

  app.route({
    ...putPermit,
    async handler(request) {
      const { compoundId, plate } = request.params
      const { before, permit: after } = request.body
      const revision = await permits.change(callerOf(request), compoundId, { plate, before, after })
      request.log.info({ compoundId, revision }, 'permit put')
      return { revision }
    },
  })

  app.route({
    ...removePermit,
    async handler(request) {
      const { compoundId, plate } = request.params
      const { before } = request.body
      const revision = await permits.change(callerOf(request), compoundId, { plate, before, after: undefined })
      request.log.info({ compoundId, revision }, 'permit removed')
      return { revision }
    },
  })

  app.route({
    ...previewPermitImport,
    bodyLimit: longListBytes,
    handler: (request) => permits.preview(callerOf(request), request.params.compoundId, request.body),
  })

  app.route({
    ...importPermits,
    bodyLimit: longListBytes,
    async handler(request) {
      const { compoundId } = request.params
      const done = await permits.import(callerOf(request), compoundId, request.body)
      request.log.info({ compoundId, revision: done.revision, ...done.counts }, 'permits imported')
      return done
    },
  })

  app.route({ ...listExpiringPermits, handler: (request) => permits.expiring(callerOf(request), request.query) })
}
