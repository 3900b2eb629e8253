import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema } from 'fastify'
import plugin from 'fastify-plugin'
import type { EndpointAccess } from '../contract/index.ts'
import { sessionCookie } from '../core/session-cookie.ts'

const whoMay = (access: EndpointAccess | undefined) =>
  typeof access === 'object' ? `Roles: ${access.join(', ')}` : `Access: ${access ?? 'nobody'}`

function security(access: EndpointAccess | undefined) {
  if (access === 'public') return []
  return access === 'gateway' ? [{ gateway: [] }] : [{ session: [] }]
}

async function page(app: FastifyInstance) {
  // The reference is the product's public documentation.
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'public' }
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
}

/** Describes every route from the contract's schemas: `/api/openapi.json`, and `/docs` to try it out. */
export const openApi = plugin(
  async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Gatehouse',
          description: 'Open platform for unattended residential compounds',
          version: '0.1.0',
        },
        components: {
          securitySchemes: {
            session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
            gateway: { type: 'http', scheme: 'basic' },
          },
        },
      },
      transform: ({ schema, url, route }) => {
        const { access, summary } = route.config ?? {}
        const [, , area = 'platform'] = url.split('/')
        const hide = (schema as FastifySchema | undefined)?.hide === true || !/^\/(api|influx)\//.test(url)
        const described: FastifySchema = { ...(schema as FastifySchema | undefined), hide, tags: [area] }
        const text = { description: whoMay(access), security: security(access) }
        return { schema: { ...described, ...text, ...(summary !== undefined && { summary }) }, url }
      },
    })
    await app.register(page)
    app.route({
      method: 'GET',
      url: '/api/openapi.json',
      config: { access: 'public' },
      schema: { hide: true },
      handler: async () => app.swagger(),
    })
  },
  { name: 'open-api' },
)
