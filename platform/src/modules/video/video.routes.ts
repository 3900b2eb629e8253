import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getMedia, putMedia } from '../../contract/index.ts'
import { callerOf, gatewayOf } from '../../core/request.ts'
import { notAPicture } from '../../errors.ts'
import type { VideoService } from './video.service.ts'

/** As large as a gateway takes from a device. */
const bodyLimit = 4 * 1024 * 1024

export const videoRoutes: FastifyPluginAsyncTypebox<{ video: VideoService }> = async (app, { video }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['image/jpeg', 'image/png', 'application/octet-stream'],
    { parseAs: 'buffer', bodyLimit },
    (_request, body, done) => done(null, body),
  )

  app.route({
    ...putMedia,
    bodyLimit,
    async handler(request, reply) {
      if (!Buffer.isBuffer(request.body)) throw notAPicture()
      await video.put(gatewayOf(request), request.params.sha256, request.body)
      return reply.code(204).send(null)
    },
  })

  app.route({
    ...getMedia,
    async handler(request, reply) {
      const { file, contentType, bytes } = await video.look(callerOf(request), request.params.sha256)
      return (
        reply
          .type(contentType)
          .header('content-length', bytes)
          // The name is the content: it never changes. `private`: a shared cache would let others look unseen.
          .header('cache-control', 'private, max-age=31536000, immutable')
          // Another session asks again: who uses this browser next must not look unseen.
          .header('vary', 'cookie')
          .header('x-content-type-options', 'nosniff')
          .send(file.createReadStream())
      )
    },
  })
}
